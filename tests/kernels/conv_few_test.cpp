// Convolution of few channels with factors rounded to bf16, and with pooling; conv_test.cpp runs the same shapes in f32.
#include <cstring>

#include "kernels/fused.hpp"
#include "tests/kernels/conv_probe.hpp"

namespace lepton::test {
namespace {

// Runs of odd and even length, of one number; odd and even lines; outputs around vectors; strides, dilation, padding.
const ConvCase kCases[] = {
    {3, 3, 64, 30, 32, 3},       {2, 3, 31, 29, 70, 3, 2, 1}, {5, 1, 28, 28, 17, 5, 1, 2}, {1, 4, 40, 37, 48, 11, 4, 2},
    {2, 2, 13, 12, 33, 3, 1, 2, 2}, {2, 4, 16, 16, 20, 1, 2},    {1, 1, 3, 3, 1, 3},          {2, 3, 12, 11, 8, 7, 2, 3},
};

class ConvFewBf16 : public ::testing::TestWithParam<ConvCase> {};

TEST_P(ConvFewBf16, AgreesWithDoublesWithAnyThreads) {
  ConvShape s = conv_shape(GetParam()), s64 = conv_shape(GetParam(), f64);
  s.compute = bf16;
  for (const ConvPass pass : {ConvPass::forward, ConvPass::weight_grad}) {
    const bool forward = pass == ConvPass::forward;
    const auto a = normal_data<float>(x_size(s), 0, 1, 1), bias = normal_data<float>(forward ? s.oc : 0, 0, 1, 3);
    const auto b = normal_data<float>(forward ? weight_size(s) : y_size(s), 0, 1, 2);
    const auto expected = run_conv<double>(s64, pass, "gathered", rounded(a, bf16), rounded(b, bf16),
                                           {bias.begin(), bias.end()});
    for (const Weights weights : {Weights::plain, Weights::packed}) {
      const auto y = with_any_threads([&] { return run_conv(s, pass, "few_channels", a, b, bias, weights); });
      EXPECT_LT(relative_error(y, expected), 1e-6) << to_string(pass);
    }
  }
}

struct Pools {
  std::vector<float> y;
  std::vector<std::uint8_t> where;
};

/// Pooled by the convolution itself, or behind it.
Pools pooled(const ConvShape& s, const kernels::PoolShape& p, const std::vector<float>& x, const std::vector<float>& w,
             const std::vector<float>& bias, bool together) {
  const auto* plan = kernels::cpu::prepare_conv(s, ConvPass::forward, "few_channels");
  const auto size = std::size_t(p.n * p.oh * p.ow * p.c);
  Pools to{std::vector<float>(size + 1, 7.0f), std::vector<std::uint8_t>(size + 1, 7)};
  if (together) {
    EXPECT_TRUE(kernels::cpu::conv_pools(plan, p));
    Room scratch(kernels::cpu::conv_scratch(plan));
    kernels::cpu::conv2d_max_pool({{x.data(), w.data(), bias.data(), nullptr, scratch.get(), plan, false},
                                   {nullptr, to.y.data(), to.where.data(), p}},
                                  kCpuStream);
  } else {
    const auto y = run_conv(s, ConvPass::forward, "few_channels", x, w, bias);
    kernels::cpu::max_pool2d({y.data(), to.y.data(), to.where.data(), p}, kCpuStream);
  }
  return to;
}

TEST(ConvFewTest, PoolsInRegistersAsPoolingDoesBehindIt) {
  for (const ConvCase& c : kCases)
    for (const DType compute : {f32, bf16})
      for (const bool relu : {false, true}) {
        ConvShape s = conv_shape(c);
        s.compute = compute;
        const kernels::PoolShape p{s.n, s.oc, s.oh, s.ow, s.oh / 2, s.ow / 2, 2, 2, 2, 2, 0, 0, f32, relu};
        auto x = normal_data<float>(x_size(s), 0, 1, 1);
        x[x.size() / 3] = std::numeric_limits<float>::quiet_NaN();
        const auto w = normal_data<float>(weight_size(s), 0, 1, 2), bias = normal_data<float>(s.oc, -1, 1, 3);
        const Pools expected = pooled(s, p, x, w, bias, false), found = pooled(s, p, x, w, bias, true);
        EXPECT_EQ(std::memcmp(found.y.data(), expected.y.data(), found.y.size() * sizeof(float)), 0) << to_string(c);
        EXPECT_EQ(found.where, expected.where) << to_string(c);
      }
}

// An infinity in a picture must not reach windows that it is not in.
TEST(ConvFewBf16Test, KeepsInfinitiesInTheirWindows) {
  ConvShape s = conv_shape({1, 3, 9, 9, 16, 3});
  s.compute = bf16;
  auto x = normal_data<float>(x_size(s), 0, 1, 1);
  const auto w = normal_data<float>(weight_size(s), 0, 1, 2);
  x[std::size_t((4 * s.iw + 5) * 3)] = std::numeric_limits<float>::infinity();
  const auto y = run_conv(s, ConvPass::forward, "few_channels", x, w);
  for (std::int64_t row = 0; row < s.oh; ++row)
    for (std::int64_t column = 0; column < s.ow; ++column) {
      const bool inside = row <= 4 && 4 < row + 3 && column <= 5 && 5 < column + 3;
      EXPECT_EQ(std::isfinite(y[std::size_t((row * s.ow + column) * s.oc)]), !inside) << row << ", " << column;
    }
}

INSTANTIATE_TEST_SUITE_P(Shapes, ConvFewBf16, ::testing::ValuesIn(kCases));

}  // namespace
}  // namespace lepton::test
