// Chains that convolutions do in registers, against the convolution and then the chain.
#include <cmath>
#include <cstring>
#include <limits>

#include "chain_case.hpp"
#include "kernels/cpu/chain_finish.hpp"
#include "kernels/fused.hpp"

namespace lepton::kernels {
namespace {

using test::Bytes;
using test::kCpuStream;

/// The parts that a chain over y [rows, columns] may have.
struct Parts {
  bool scale, shift, addend;
  const char* after;
};

struct Data {
  std::vector<float> scale, shift, addend;
  Data(std::int64_t rows, std::int64_t columns)
      : scale(test::normal_data<float>(columns, 0, 1, 3)),
        shift(test::normal_data<float>(columns, 1, 2, 4)),
        addend(test::normal_data<float>(rows * columns, 0, 1, 5)) {
    scale[0] = -0.0f, shift[0] = -0.0f;  // so that sums of zeros keep their sign
    addend[1] = std::numeric_limits<float>::quiet_NaN();
    addend[2] = std::numeric_limits<float>::infinity();
  }
};

void add_step(ChainArgs& args, ChainOp kind, std::size_t op, std::int8_t other) {
  ChainStep& step = args.step[args.steps];
  step.kind = kind, step.op = std::uint8_t(op), step.dtype = f32, step.out = -1;
  step.in[0] = args.steps == 0 ? chain_operand(0) : chain_result(args.steps - 1);
  step.in[1] = other;
  ++args.steps;
}

ChainArgs chain_of(const Parts& parts, Data& data, std::int64_t rows, std::int64_t columns, float* y) {
  ChainArgs args{};
  args.rows = rows, args.cols = columns;
  args.operand[0] = {y, columns, 1, f32};
  args.operand[1] = {data.scale.data(), 0, 1, f32};
  args.operand[2] = {data.shift.data(), 0, 1, f32};
  args.operand[3] = {data.addend.data(), columns, 1, f32};
  args.operands = 4;
  if (parts.scale) add_step(args, ChainOp::pair, index_of<op::Mul, op::BinaryOps>, chain_operand(1));
  if (parts.shift) add_step(args, ChainOp::pair, index_of<op::Add, op::BinaryOps>, chain_operand(2));
  if (parts.addend) add_step(args, ChainOp::pair, index_of<op::Add, op::BinaryOps>, chain_operand(3));
  if (parts.after == std::string("relu"))
    add_step(args, ChainOp::formula, index_of<op::Relu, op::UnaryOps>, 0);
  if (parts.after == std::string("relu6"))
    add_step(args, ChainOp::formula, index_of<op::Relu6, op::UnaryOps>, 0);
  args.step[args.steps - 1].out = 0;
  return args;
}

std::vector<Parts> all_parts() {
  std::vector<Parts> all;
  for (const char* after : {"", "relu", "relu6"})
    for (int bits = 0; bits < 8; ++bits)
      if (bits || *after) all.push_back({(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, after});
  return all;
}

/// The bits of each, all NaN as one.
std::vector<std::uint32_t> bits_of(const std::vector<float>& values) {
  std::vector<std::uint32_t> bits(values.size());
  std::memcpy(bits.data(), values.data(), values.size() * sizeof(float));
  for (std::size_t i = 0; i < bits.size(); ++i)
    if (std::isnan(values[i])) bits[i] = 0x7fc00000;
  return bits;
}

class Finishing : public testing::TestWithParam<ConvShape> {};

TEST_P(Finishing, GivesTheBitsOfConvolutionAndChain) {
  const ConvShape s = GetParam();
  const std::int64_t rows = s.n * s.oh * s.ow;
  auto x = test::normal_data<float>(s.n * s.ih * s.iw * s.ic);
  const auto w = test::normal_data<float>(s.oc * s.ic / s.groups * s.kh * s.kw, 0, 1, 2);
  std::fill_n(x.begin(), 2 * s.ic, 0.0f);
  x.back() = std::numeric_limits<float>::quiet_NaN();
  const ConvPlan* const plan = cpu::prepare_conv(s, cpu::ConvPass::forward);
  Bytes scratch(cpu::conv_scratch(plan) + 64);
  Data data(rows, s.oc);
  std::vector<float> y(std::size_t(rows * s.oc));
  ConvArgs conv{x.data(), w.data(), nullptr, y.data(), nullptr, plan, false};
  conv.scratch = scratch.data() + (64 - reinterpret_cast<std::uintptr_t>(scratch.data()) % 64);
  for (const Parts& parts : all_parts()) {
    const ChainArgs chain = chain_of(parts, data, rows, s.oc, y.data());
    Finish finish;
    ASSERT_TRUE(cpu::finish_of(chain, y.data(), s.oc, finish));
    cpu::conv2d(conv, kCpuStream);
    cpu::chain(chain, kCpuStream);
    const auto expected = bits_of(y);
    const auto fused = test::with_any_threads([&] {
      std::fill(y.begin(), y.end(), -7.0f);
      cpu::conv2d_chain({conv, chain}, kCpuStream);
      return bits_of(y);
    });
    EXPECT_EQ(fused, expected) << cpu::conv_algorithm(plan) << parts.scale << parts.shift << parts.addend
                               << parts.after;
  }
}

constexpr ConvShape shape(std::int64_t n, std::int64_t ic, std::int64_t size, std::int64_t oc,
                          std::int64_t kernel, std::int64_t stride, std::int64_t groups,
                          DType compute = f32) {
  const std::int64_t pad = kernel / 2, out = (size + 2 * pad - kernel) / stride + 1;
  return {n,      ic,     size, size, oc, out, out,    kernel, kernel,
          stride, stride, pad,  pad,  1,  1,   groups, f32,    compute};
}

INSTANTIATE_TEST_SUITE_P(Shapes, Finishing,
                         testing::Values(shape(2, 16, 14, 96, 1, 1, 1), shape(3, 24, 7, 24, 1, 1, 1),
                                         shape(2, 37, 5, 70, 1, 1, 1), shape(2, 16, 14, 96, 1, 1, 1, bf16),
                                         shape(2, 20, 9, 33, 3, 2, 1), shape(1, 600, 5, 40, 3, 2, 1),
                                         shape(2, 64, 6, 96, 3, 2, 2), shape(2, 32, 11, 32, 3, 1, 32),
                                         shape(2, 40, 11, 40, 3, 2, 40), shape(2, 5, 9, 5, 3, 1, 5),
                                         shape(1, 20, 9, 20, 5, 3, 20), shape(2, 3, 12, 32, 3, 2, 1),
                                         shape(2, 16, 12, 32, 3, 1, 1)));

TEST(FinishOf, RefusesWhatIsMore) {
  const std::int64_t rows = 6, columns = 8;
  Data data(rows, columns);
  std::vector<float> y(std::size_t(rows * columns)), other(y.size());
  const Parts parts{true, true, true, "relu"};
  const auto refused = [&](auto&& change) {
    ChainArgs chain = chain_of(parts, data, rows, columns, y.data());
    Finish finish;
    EXPECT_TRUE(cpu::finish_of(chain, y.data(), columns, finish));
    change(chain);
    finish = {};
    return !cpu::finish_of(chain, y.data(), columns, finish);
  };
  EXPECT_TRUE(refused([&](ChainArgs& c) {
    c.operand[4] = {other.data(), columns, 1, f32}, c.operands = 5, c.step[3].out = 4;
  }));
  EXPECT_TRUE(refused([](ChainArgs& c) { c.step[1].out = 3; }));  // something between is kept, too
  EXPECT_TRUE(
      refused([](ChainArgs& c) { c.step[2].in[1] = chain_operand(0); }));  // the result is added to itself
  EXPECT_TRUE(
      refused([](ChainArgs& c) { std::swap(c.step[0].op, c.step[1].op); }));  // the sum before the product
  EXPECT_TRUE(refused([](ChainArgs& c) { c.step[3].op = index_of<op::Tanh, op::UnaryOps>; }));
  EXPECT_TRUE(refused([](ChainArgs& c) { c.operand[1].row_stride = 1, c.operand[1].col_stride = 0; }));
  EXPECT_TRUE(refused([](ChainArgs& c) { c.reductions = 1; }));
}

}  // namespace
}  // namespace lepton::kernels
