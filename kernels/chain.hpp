// Chains of element-by-element kernels, run tile by tile while values lie in the nearest cache.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/kernel.hpp"
#include "kernels/random.hpp"
#include "kernels/reduce.hpp"
#include "lepton/core/dtype.hpp"

namespace lepton::kernels {

inline constexpr int kChainOperands = 12, kChainSteps = 16, kChainReductions = 2;

/// Memory that a chain reads or writes: element (row, col) of the index space stands at data + row * row_stride +
/// col * col_stride, in elements. (cols, 1) is dense, (0, 1) one value a column, (1, 0) one a row, (0, 0) one for all.
/// f32, f64 or boolean. A step's result is stored to operands with col_stride 1 and rows that do not overlap.
struct ChainOperand {
  void* data;
  std::int64_t row_stride, col_stride;
  DType dtype;
};

/// An input of a step: operand i, as it was before the chain, or the result of step i. Values of ChainStep::in.
constexpr std::int8_t chain_operand(int i) { return std::int8_t(i); }
constexpr std::int8_t chain_result(int step) { return std::int8_t(kChainOperands + step); }

/// What a step computes, and from which inputs. All but cast take and give one floating type.
enum class ChainOp : std::uint8_t {
  formula,   ///< `unary`: a formula of op::UnaryOps of in[0]
  gradient,  ///< `unary_grad`: from g = in[0] and what the formula asks for, in[1]: its result or its argument
  pair,      ///< `binary`: a formula of op::BinaryOps of in[0], in[1]
  comparison,  ///< `compare`: a formula of op::CompareOps of in[0], in[1]; gives boolean
  choice,      ///< `where`: in[0] ? in[1] : in[2], in[0] boolean
  draw,        ///< `dropout`: draws and writes `mask`, keeps in[0] * number or gives 0
  mask,        ///< `mask_scale`: the same from a mask that is there
  cast,        ///< `copy`: in[0] as `dtype`, between f32, f64 and boolean
  constant     ///< `number`
};

/// One operation over the index space, with the same bits as the kernel that its kind names.
struct ChainStep {
  ChainOp kind;
  std::uint8_t op;                  ///< index in the kind's list of formulas
  DType dtype;                      ///< of the result; of in[0] and in[1] for a comparison
  std::int8_t in[3];                ///< chain_operand(i) or chain_result(i)
  std::int8_t out;                  ///< operand that the result is stored to, or -1
  std::uint32_t keep_below;         ///< draw: keep probability times 65536
  alignas(8) std::byte params[16];  ///< formula, gradient: the formula's members
  double number;                    ///< constant: the value; draw, mask: the scale
  std::uint8_t* mask;  ///< dropout_mask_bytes(rows * cols); bit row * cols + col is that of (row, col)
  RandomPlace place;   ///< draw: counter i of the place draws elements 8 i to 8 i + 7
};

/// What a reduction folds together: everything to one element, the rows to [cols], or the columns to [rows].
enum class ChainAxis : std::uint8_t { all, rows, cols };

/// y = sum or mean of `value` over `axis`, y contiguous of the same type. The same bits as the kernel `reduce` over
/// a contiguous tensor of these values: [1, rows * cols, 1], [1, rows, cols] or [rows, cols, 1].
struct ChainReduction {
  void* y;
  std::int8_t value;  ///< chain_result(i); not a boolean
  Reduction kind;     ///< sum or mean
};

/// A chain over [rows, cols]. What it stores to may be the very memory of an input with the same strides: inputs
/// count as read before anything is written. Other overlaps, and an output that is stored twice, are not allowed.
/// All reductions run over the one `axis`. Masks belong to the whole index space.
struct ChainArgs {
  std::int64_t rows, cols;
  ChainOperand operand[kChainOperands];
  ChainStep step[kChainSteps];
  ChainReduction reduction[kChainReductions];
  void* scratch;  ///< chain_scratch(args) bytes, 64-byte aligned; null where that is 0
  std::uint8_t operands, steps, reductions;
  ChainAxis axis;
};

namespace cpu {
/// Bytes of scratch that a chain needs: 0 without reductions. Reads no pointers.
std::size_t chain_scratch(const ChainArgs&);
/// The whole index space, on several threads. Results do not depend on their number.
void chain(const ChainArgs&, Stream);
/// Whether chain_block may be used on it: it has no reductions, and no masks unless cols is a multiple of 8.
bool chain_has_blocks(const ChainArgs&);
/// Rows [row0, row1) and columns [col0, col1) of the index space, on this thread: what an Epilogue calls. With a
/// mask, col0 and col1 must be multiples of 8. Runs under the caller's floating-point mode.
void chain_block(const ChainArgs&, std::int64_t row0, std::int64_t row1, std::int64_t col0,
                 std::int64_t col1);
}  // namespace cpu

inline constexpr Kernel<ChainArgs> chain{"chain", cpu::chain};

}  // namespace lepton::kernels
