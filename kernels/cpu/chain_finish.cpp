// Chains that a kernel can do in registers: a scale and a shift by columns, something added, an activation.
#include "kernels/cpu/chain_finish.hpp"

#include "lepton/ops/formula/binary.hpp"
#include "lepton/ops/formula/unary.hpp"

namespace lepton::kernels::cpu {
namespace {

constexpr std::uint8_t kMul = index_of<op::Mul, op::BinaryOps>, kAdd = index_of<op::Add, op::BinaryOps>;
constexpr std::uint8_t kRelu = index_of<op::Relu, op::UnaryOps>, kRelu6 = index_of<op::Relu6, op::UnaryOps>;

/// Reads a chain step by step, as long as each goes on with what the one before it gave.
class Reader {
 public:
  Reader(const ChainArgs& chain, const void* result, std::int64_t columns)
      : chain_(chain), result_(result), columns_(columns) {}

  bool read(Finish& finish) {
    if (chain_.reductions > 0 || chain_.steps == 0) return false;
    if (chain_.rows != 1 && chain_.cols != columns_) return false;
    for (int i = 0; i < chain_.steps; ++i) {
      const ChainStep& step = chain_.step[i];
      const bool last = i + 1 == chain_.steps;
      if (step.dtype != f32 || (step.out >= 0) != last || !take(step, i, finish)) return false;
      if (last && !is_result(step.out)) return false;
    }
    return true;
  }

 private:
  bool take(const ChainStep& step, int i, Finish& finish) const {
    if (finish.after != After::nothing) return false;
    if (step.kind == ChainOp::formula) {
      if (step.op == kRelu) finish.after = After::relu;
      if (step.op == kRelu6) finish.after = After::relu6;
      return finish.after != After::nothing && is_value(step.in[0], i);
    }
    if (step.kind != ChainOp::pair || is_value(step.in[0], i) == is_value(step.in[1], i)) return false;
    const int other = step.in[is_value(step.in[0], i)];
    if (other >= kChainOperands || chain_.operand[other].dtype != f32) return false;
    const ChainOperand& o = chain_.operand[other];
    const auto* const data = static_cast<const float*>(o.data);
    if (step.op == kMul && by_columns(o) && !finish.scale && !finish.shift && !finish.addend)
      finish.scale = data;
    else if (step.op == kAdd && by_columns(o) && !finish.shift && !finish.addend) finish.shift = data;
    else if (step.op == kAdd && is_dense(o) && !finish.addend && o.data != result_) {
      finish.addend = data;
      finish.addend_row = chain_.rows == 1 ? columns_ : o.row_stride;
    } else return false;
    return true;
  }

  /// Whether an input is what step i goes on with: the result, or what the step before made of it.
  bool is_value(int in, int i) const {
    return i == 0 ? in < kChainOperands && is_result(in) : in == chain_result(i - 1);
  }
  bool is_result(int operand) const {
    const ChainOperand& o = chain_.operand[operand];
    return o.data == result_ && o.dtype == f32 && is_dense(o) &&
           (chain_.rows == 1 || o.row_stride == columns_);
  }
  static bool is_dense(const ChainOperand& o) { return o.col_stride == 1 && o.row_stride != 0; }
  bool by_columns(const ChainOperand& o) const {
    return chain_.rows != 1 && o.col_stride == 1 && o.row_stride == 0;
  }

  const ChainArgs& chain_;
  const void* const result_;
  const std::int64_t columns_;
};

}  // namespace

bool finish_of(const ChainArgs& chain, const void* result, std::int64_t columns, Finish& finish) {
  return Reader(chain, result, columns).read(finish);
}

}  // namespace lepton::kernels::cpu
