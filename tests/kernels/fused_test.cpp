// Products and convolutions that end in a chain, against the product and then the chain.
#include "kernels/fused.hpp"

#include "chain_case.hpp"

namespace lepton::kernels {
namespace {

using test::Bytes;
using test::kCpuStream;

/// y = relu(x), kept or dropped, plus a residual.
ChainArgs relu_dropout_add(std::int64_t rows, std::int64_t cols, void* x, void* residual, void* y,
                           std::uint8_t* mask, const std::uint64_t* state) {
  ChainArgs args{};
  args.rows = rows, args.cols = cols;
  args.operands = 3, args.steps = 3;
  void* const data[] = {x, residual, y};
  for (int i = 0; i < 3; ++i) args.operand[i] = {data[i], cols, 1, f32};
  ChainStep& relu = args.step[0];
  relu.kind = ChainOp::formula, relu.op = index_of<op::Relu, op::UnaryOps>, relu.in[0] = chain_operand(0),
  relu.out = -1;
  ChainStep& drop = args.step[1];
  drop.kind = ChainOp::draw, drop.in[0] = chain_result(0), drop.out = -1;
  drop.keep_below = 40000, drop.number = 1.5, drop.mask = mask, drop.place = {state, 3};
  ChainStep& add = args.step[2];
  add.kind = ChainOp::pair, add.op = index_of<op::Add, op::BinaryOps>, add.out = 2;
  add.in[0] = chain_result(1), add.in[1] = chain_operand(1);
  return args;
}

constexpr std::uint64_t kState[2] = {99, 1000};

/// fused(c, chain) gives what plain(c) and then the chain give: results and masks, with any threads, over c or not.
template <class Fused, class Plain>
void check(std::int64_t rows, std::int64_t cols, Fused&& fused, Plain&& plain) {
  const auto n = std::size_t(rows * cols);
  auto residual = test::normal_data<float>(rows * cols);
  const auto run = [&](auto&& product, bool in_place) {
    return test::with_any_threads([&] {
      std::vector<float> c(n), y(n);
      Bytes mask(std::size_t(dropout_mask_bytes(rows * cols)));
      const ChainArgs args = relu_dropout_add(rows, cols, c.data(), residual.data(),
                                              in_place ? c.data() : y.data(), mask.data(), kState);
      product(c.data(), args);
      std::vector<float> all = in_place ? c : y;
      for (const std::uint8_t byte : mask) all.push_back(float(byte));
      return all;
    });
  };
  const auto separately = [&](float* c, const ChainArgs& args) {
    plain(c);
    cpu::chain(args, kCpuStream);
  };
  for (const bool in_place : {false, true}) EXPECT_EQ(run(fused, in_place), run(separately, in_place));
}

TEST(Fused, MatmulAndChain) {
  for (const auto& [batch, m, n, k] : {std::array<std::int64_t, 4>{1, 32, 128, 784},
                                       {1, 7, 8, 5},
                                       {3, 33, 40, 17},
                                       {1, 300, 256, 300},
                                       {1, 1, 1000, 64},
                                       {8, 64, 64, 32}}) {
    const auto a = test::normal_data<float>(batch * m * k),
               b = test::normal_data<float>(batch * k * n, 0, 1, 2), bias = test::normal_data<float>(n);
    MatmulArgs product{};
    product.a = a.data(), product.b = b.data(), product.bias = bias.data();
    product.batch = batch, product.m = m, product.n = n, product.k = k, product.lda = k, product.ldb = n;
    product.batch_stride_a = m * k, product.batch_stride_b = k * n;
    product.dtype = product.compute = f32;
    check(
        batch * m, n,
        [&](float* c, const ChainArgs& chain) {
          product.c = c;
          cpu::matmul_chain({product, chain}, kCpuStream);
        },
        [&](float* c) {
          product.c = c;
          cpu::matmul(product, kCpuStream);
        });
  }
}

TEST(Fused, ConvolutionsAndChain) {
  const ConvShape s{3, 8, 9, 9, 16, 9, 9, 3, 3, 1, 1, 1, 1, 1, 1, 1, f32, f32};
  const auto x = test::normal_data<float>(s.n * s.ih * s.iw * s.ic),
             g = test::normal_data<float>(s.n * s.oh * s.ow * s.oc),
             w = test::normal_data<float>(s.oc * s.ic * s.kh * s.kw);
  const auto scratch_of = [](const ConvPlan* plan) { return Bytes(cpu::conv_scratch(plan) + 64); };
  const auto aligned = [](Bytes& b) {
    return b.data() + (64 - reinterpret_cast<std::uintptr_t>(b.data()) % 64);
  };
  const ConvPlan* const forward = cpu::prepare_conv(s, cpu::ConvPass::forward);
  Bytes scratch = scratch_of(forward);
  ConvArgs conv{x.data(), w.data(), nullptr, nullptr, aligned(scratch), forward, false};
  check(
      s.n * s.oh * s.ow, s.oc,
      [&](float* y, const ChainArgs& chain) {
        conv.y = y;
        cpu::conv2d_chain({conv, chain}, kCpuStream);
      },
      [&](float* y) {
        conv.y = y;
        cpu::conv2d(conv, kCpuStream);
      });
  const ConvPlan* const back = cpu::prepare_conv(s, cpu::ConvPass::input_grad);
  Bytes back_scratch = scratch_of(back);
  ConvInputGradArgs grad{g.data(), w.data(), nullptr, aligned(back_scratch), back, false};
  check(
      s.n * s.ih * s.iw, s.ic,
      [&](float* dx, const ChainArgs& chain) {
        grad.dx = dx;
        cpu::conv2d_input_grad_chain({grad, chain}, kCpuStream);
      },
      [&](float* dx) {
        grad.dx = dx;
        cpu::conv2d_input_grad(grad, kCpuStream);
      });
}

}  // namespace
}  // namespace lepton::kernels
