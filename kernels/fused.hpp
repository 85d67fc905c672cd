// Products and convolutions with a chain of element-by-element operations on each finished block of their result.
#pragma once

#include "kernels/chain.hpp"
#include "kernels/conv.hpp"
#include "kernels/kernel.hpp"
#include "kernels/matmul.hpp"

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

namespace cpu {
void matmul_chain(const MatmulChainArgs&, Stream);
void conv2d_chain(const ConvChainArgs&, Stream);
void conv2d_input_grad_chain(const ConvInputGradChainArgs&, Stream);
}  // namespace cpu

inline constexpr Kernel<MatmulChainArgs> matmul_chain{"matmul_chain", cpu::matmul_chain};
inline constexpr Kernel<ConvChainArgs> conv2d_chain{"conv2d_chain", cpu::conv2d_chain};
inline constexpr Kernel<ConvInputGradChainArgs> conv2d_input_grad_chain{"conv2d_input_grad_chain",
                                                                        cpu::conv2d_input_grad_chain};

}  // namespace lepton::kernels
