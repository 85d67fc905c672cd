// Products and convolutions with a chain of element-by-element operations, or pooling, on each finished block of their
// result.
#pragma once

#include "kernels/chain.hpp"
#include "kernels/conv.hpp"
#include "kernels/kernel.hpp"
#include "kernels/matmul.hpp"
#include "kernels/pool.hpp"

namespace lepton::kernels {

/// matmul, then the chain over its result, [batch * m, n]. The chain reads the product through an operand whose data
/// is `product.c`, and may store to that same operand. Requires chain_has_blocks(chain).
struct MatmulChainArgs {
  MatmulArgs product;
  ChainArgs chain;
};

/// conv2d, then the chain over y as [n * oh * ow, oc].
struct ConvChainArgs {
  ConvArgs conv;
  ChainArgs chain;
};

/// conv2d_input_grad, then the chain over dx as [n * ih * iw, ic].
struct ConvInputGradChainArgs {
  ConvInputGradArgs conv;
  ChainArgs chain;
};

/// conv2d, then max_pool2d over y, which is never written: conv.y and pool.x are null. Requires conv_pools.
struct ConvPoolArgs {
  ConvArgs conv;
  MaxPoolArgs pool;
};

namespace cpu {
/// Whether the plan's algorithm can pool like this.
bool conv_pools(const ConvPlan* plan, const PoolShape& shape);
void conv2d_max_pool(const ConvPoolArgs&, Stream);
void matmul_chain(const MatmulChainArgs&, Stream);
void conv2d_chain(const ConvChainArgs&, Stream);
void conv2d_input_grad_chain(const ConvInputGradChainArgs&, Stream);
}  // namespace cpu

inline constexpr Kernel<MatmulChainArgs> matmul_chain{"matmul_chain", cpu::matmul_chain};
inline constexpr Kernel<ConvPoolArgs> conv2d_max_pool{"conv2d_max_pool", cpu::conv2d_max_pool};
inline constexpr Kernel<ConvChainArgs> conv2d_chain{"conv2d_chain", cpu::conv2d_chain};
inline constexpr Kernel<ConvInputGradChainArgs> conv2d_input_grad_chain{"conv2d_input_grad_chain",
                                                                        cpu::conv2d_input_grad_chain};

}  // namespace lepton::kernels
