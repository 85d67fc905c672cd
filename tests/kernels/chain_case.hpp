// Random chains, and what the separate kernels make of the same steps.
#pragma once

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "check.hpp"
#include "kernels/chain.hpp"
#include "kernels/pointwise.hpp"
#include "lepton/ops/formula/binary.hpp"
#include "lepton/ops/formula/unary.hpp"

namespace lepton::test {

using Bytes = std::vector<std::uint8_t>;

/// n elements: normal numbers with zeros, infinities and NaN among them, or booleans.
inline Bytes random_elements(DType dtype, std::int64_t n, std::mt19937& bits) {
  Bytes bytes(std::size_t(n) * size_of(dtype));
  std::normal_distribution<double> normal;
  const double special[] = {0.0, -0.0, INFINITY, -INFINITY, NAN, 1.0, -1.0, 6.0, 1e-42};
  for (std::int64_t i = 0; i < n; ++i) {
    const double v = bits() % 16 == 0 ? special[bits() % std::size(special)] : normal(bits);
    if (dtype == f32) reinterpret_cast<float*>(bytes.data())[i] = float(v);
    else if (dtype == f64) reinterpret_cast<double*>(bytes.data())[i] = v;
    else bytes[std::size_t(i)] = v > 0;
  }
  return bytes;
}

/// Whether two arrays hold the same bits; any NaN is like any other.
inline bool same_elements(DType dtype, const void* a, const void* b, std::int64_t n) {
  const auto equal = [n]<class T>(const T* x, const T* y) {
    for (std::int64_t i = 0; i < n; ++i)
      if (std::memcmp(x + i, y + i, sizeof(T)) != 0 && !(x[i] != x[i] && y[i] != y[i])) return false;
    return true;
  };
  if (dtype == f32) return equal(static_cast<const float*>(a), static_cast<const float*>(b));
  if (dtype == f64) return equal(static_cast<const double*>(a), static_cast<const double*>(b));
  return n == 0 || std::memcmp(a, b, std::size_t(n)) == 0;
}

/// A chain whose memory it owns.
struct ChainCase {
  kernels::ChainArgs args{};
  std::vector<std::shared_ptr<Bytes>> memory;  // of each operand; shared by operands that are the same memory
  std::vector<Bytes> masks;                    // of each step
  std::vector<Bytes> sums;                     // of each reduction
  std::vector<std::uint64_t> state;
  Bytes scratch;

  std::int64_t size() const { return args.rows * args.cols; }
  /// Points every pointer at this object's memory.
  void place() {
    for (int i = 0; i < args.operands; ++i) args.operand[i].data = memory[std::size_t(i)]->data();
    for (int i = 0; i < args.steps; ++i) {
      args.step[i].mask = masks[std::size_t(i)].data();
      args.step[i].place.state = state.data();
    }
    for (int i = 0; i < args.reductions; ++i) args.reduction[i].y = sums[std::size_t(i)].data();
    args.scratch = scratch.data();
  }
  /// Another with memory of its own.
  ChainCase copy() const {
    ChainCase c = *this;
    std::map<Bytes*, std::shared_ptr<Bytes>> copies;
    for (auto& m : c.memory) {
      auto& own = copies[m.get()];
      if (!own) own = std::make_shared<Bytes>(*m);
      m = own;
    }
    c.place();
    return c;
  }
  DType type_of(std::int8_t value) const {
    if (value < kernels::kChainOperands) return args.operand[value].dtype;
    const auto& s = args.step[value - kernels::kChainOperands];
    return s.kind == kernels::ChainOp::comparison ? boolean : s.dtype;
  }
};

/// What a random chain may have.
struct ChainWishes {
  std::int64_t rows, cols;
  bool in_place = false, masks = true, doubles = true;
  int reductions = 0;
  kernels::ChainAxis axis = kernels::ChainAxis::all;
};

/// Makes chains of valid types.
class ChainMaker {
 public:
  ChainMaker(const ChainWishes& wishes, unsigned seed) : wishes_(wishes), bits_(seed) {}

  ChainCase make() {
    c_ = {};
    c_.args.rows = wishes_.rows, c_.args.cols = wishes_.cols;
    c_.args.axis = wishes_.axis;
    c_.state = {0x123456789abcdef0 + bits_(), 0xfffffff0};
    const int inputs = 1 + pick(5), steps = 1 + pick(10);
    for (int i = 0; i < inputs; ++i) add_operand(random_type(), pick(5));
    for (int i = 0; i < steps && c_.args.steps + 3 <= kernels::kChainSteps; ++i) {
      if (pick(4) == 0) add_product_sum();
      else add_step();
    }
    for (int i = 0; i < wishes_.reductions; ++i) add_reduction();
    c_.scratch.resize(kernels::cpu::chain_scratch(c_.args) + 1);
    c_.place();
    return std::move(c_);
  }

 private:
  int pick(int n) { return int(bits_() % unsigned(n)); }
  DType random_type() {
    const int i = pick(8);
    return i == 0 ? boolean : i < 3 && wishes_.doubles ? f64 : f32;
  }

  /// layout 0 dense, 1 a value a column, 2 a value a row, 3 one value, 4 turned; the returned number is its.
  int add_operand(DType dtype, int layout) {
    const std::int64_t rows = wishes_.rows, cols = wishes_.cols;
    const std::int64_t strides[5][2] = {{cols, 1}, {0, 1}, {1, 0}, {0, 0}, {1, rows}};
    const std::int64_t sizes[5] = {rows * cols, cols, rows, 1, rows * cols};
    const int i = c_.args.operands++;
    c_.args.operand[i] = {nullptr, strides[layout][0], strides[layout][1], dtype};
    c_.memory.push_back(std::make_shared<Bytes>(random_elements(dtype, sizes[layout], bits_)));
    return i;
  }

  /// A value of this type, or -1.
  std::int8_t value_of(DType dtype) {
    std::vector<std::int8_t> found;
    for (int i = 0; i < c_.args.operands; ++i)
      if (c_.args.operand[i].dtype == dtype && !is_output(i)) found.push_back(kernels::chain_operand(i));
    for (int i = 0; i < c_.args.steps; ++i)
      for (int weight = 0; weight < 2; ++weight)
        if (c_.type_of(kernels::chain_result(i)) == dtype) found.push_back(kernels::chain_result(i));
    return found.empty() ? std::int8_t(-1) : found[std::size_t(pick(int(found.size())))];
  }
  bool is_output(int operand) const {
    for (int i = 0; i < c_.args.steps; ++i)
      if (c_.args.step[i].out == operand) return true;
    return false;
  }

  void add_step() {
    using kernels::ChainOp;
    kernels::ChainStep s{};
    s.kind = ChainOp(pick(int(ChainOp::constant) + 1));
    if (!wishes_.masks && (s.kind == ChainOp::draw || s.kind == ChainOp::mask)) s.kind = ChainOp::pair;
    const DType dtype = wishes_.doubles && pick(4) == 0 ? f64 : f32;
    const std::size_t ops[] = {op::UnaryOps::size, op::UnaryOps::size, op::BinaryOps::size,
                               op::CompareOps::size};
    if (int(s.kind) < 4) s.op = std::uint8_t(pick(int(ops[int(s.kind)])));
    s.dtype = s.kind == ChainOp::cast ? random_type() : dtype;
    for (std::int8_t& in : s.in) in = value_of(dtype);
    if (s.kind == ChainOp::choice || (s.kind == ChainOp::cast && pick(3) == 0)) s.in[0] = value_of(boolean);
    const int inputs[] = {1, 2, 2, 2, 3, 1, 1, 1, 0};
    for (int k = 0; k < inputs[int(s.kind)]; ++k)
      if (s.in[k] < 0) return;
    const double members[2] = {0.25 + pick(3), 1.5 + pick(3)};
    std::memcpy(s.params, members, sizeof members);
    s.number = 1.25 * pick(3);
    s.keep_below = std::uint32_t(pick(4) == 0 ? 65536 * pick(2) : pick(65536));
    s.place.distance = std::uint64_t(pick(1000));
    s.out = -1;
    const int step = c_.args.steps++;
    c_.args.step[step] = s;
    c_.masks.push_back(random_elements(boolean, kernels::dropout_mask_bytes(c_.size()), bits_));
    for (auto& byte : c_.masks.back()) byte = std::uint8_t(bits_());
    if (c_.args.operands < kernels::kChainOperands && pick(3) > 0) store(step);
  }

  /// a * b + c and mostly an activation, which chains run as one task where nobody else sees what lies between.
  void add_product_sum() {
    const DType dtype = wishes_.doubles && pick(4) == 0 ? f64 : f32;
    const auto add = [&](kernels::ChainOp kind, std::size_t op, std::int8_t a, std::int8_t b) {
      kernels::ChainStep s{};
      s.kind = kind, s.op = std::uint8_t(op), s.dtype = dtype, s.in[0] = a, s.in[1] = b, s.out = -1;
      c_.args.step[c_.args.steps] = s;
      c_.masks.push_back(random_elements(boolean, kernels::dropout_mask_bytes(c_.size()), bits_));
      return kernels::chain_result(c_.args.steps++);
    };
    const std::int8_t a = value_of(dtype), b = value_of(dtype), c = value_of(dtype);
    if (a < 0) return;
    const std::int8_t product = add(kernels::ChainOp::pair, index_of<op::Mul, op::BinaryOps>, a, b);
    const bool first = pick(2);
    std::int8_t last = add(kernels::ChainOp::pair, index_of<op::Add, op::BinaryOps>, first ? product : c, first ? c : product);
    const std::size_t activations[] = {index_of<op::Relu, op::UnaryOps>, index_of<op::Relu6, op::UnaryOps>,
                                       index_of<op::Tanh, op::UnaryOps>};
    if (const int i = pick(4); i < 3) last = add(kernels::ChainOp::formula, activations[i], last, last);
    if (c_.args.operands < kernels::kChainOperands) store(last - kernels::kChainOperands);
  }

  /// Stores a result to memory of its own, or over an input.
  void store(int step) {
    const DType dtype = c_.type_of(kernels::chain_result(step));
    const int inputs = c_.args.operands;
    const int out = add_operand(dtype, 0);
    c_.args.step[step].out = std::int8_t(out);
    if (!wishes_.in_place) return;
    for (int i = 0; i < inputs; ++i) {
      const auto& o = c_.args.operand[i];
      if (o.dtype != dtype || o.row_stride != wishes_.cols || o.col_stride != 1) continue;
      if (c_.memory[std::size_t(i)].use_count() > 1 || is_output(i)) continue;
      c_.memory.back() = c_.memory[std::size_t(i)];
      return;
    }
  }

  void add_reduction() {
    const std::int8_t value = last_result();
    if (value < 0) return;
    const std::int64_t n[] = {1, wishes_.cols, wishes_.rows};
    c_.args.reduction[c_.args.reductions++] = {nullptr, value,
                                               pick(2) ? kernels::Reduction::sum : kernels::Reduction::mean};
    c_.sums.emplace_back(std::size_t(n[int(wishes_.axis)]) * size_of(c_.type_of(value)));
  }
  std::int8_t last_result() const {
    for (int i = c_.args.steps - 1; i >= 0; --i)
      if (c_.type_of(kernels::chain_result(i)) != boolean) return kernels::chain_result(i);
    return -1;
  }

  const ChainWishes wishes_;
  std::mt19937 bits_;
  ChainCase c_;
};

/// Runs the steps of a case one kernel after another, and puts what they give where the chain would.
void run_separately(ChainCase& c);

}  // namespace lepton::test
