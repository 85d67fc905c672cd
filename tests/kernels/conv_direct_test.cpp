// Direct convolution on the shapes that it tells apart, with factors in f32 and rounded to bf16; conv_test.cpp runs every
// algorithm on the usual shapes, in f32.
#include <set>
#include <tuple>

#include "tests/kernels/conv_probe.hpp"

namespace lepton::test {
namespace {

namespace cpu = kernels::cpu;

constexpr ConvPass kPasses[] = {ConvPass::forward, ConvPass::input_grad, ConvPass::weight_grad};

const ConvCase kCases[] = {
    // n ic h w oc k stride pad dilation groups. 1x1: channels around vectors, panels and tiles, either the wider.
    {5, 16, 14, 13, 96, 1},
    {2, 24, 9, 9, 144, 1},
    {1, 96, 11, 7, 24, 1},
    {5, 144, 7, 7, 33, 1},
    {1, 50, 30, 31, 7, 1},
    {2, 700, 3, 5, 530, 1},
    {5, 20, 15, 14, 40, 1, 2},
    {1, 33, 8, 9, 17, 1, 3, 2},
    // Few channels: columns of a kernel in one run, with and without padding.
    {5, 3, 20, 21, 32, 3},
    {2, 3, 17, 16, 16, 3, 2, 1},
    {1, 1, 28, 28, 8, 5, 1, 2},
    {2, 4, 23, 22, 64, 7, 2, 3},
    {2, 16, 12, 13, 3, 3, 1, 1},
    {1, 1, 6, 5, 1, 2, 1, 1},
    // Many channels, windows over the edge, pictures smaller than kernels, large paddings.
    {2, 40, 9, 8, 50, 3, 1, 1},
    {5, 64, 4, 4, 64, 3, 2, 1},
    {1, 48, 5, 6, 20, 5, 1, 4},
    {2, 33, 3, 2, 34, 5, 1, 2},
    {1, 32, 13, 14, 32, 3, 2, 2},
    {5, 31, 10, 9, 18, 5, 2, 2},
    {2, 36, 11, 12, 40, 4, 3, 1},
    {1, 260, 6, 6, 270, 3, 1, 1},
    // Dilation, alone and with strides that share a factor with it or do not; strides that leave pixels out.
    {2, 34, 14, 13, 20, 3, 1, 2, 2},
    {1, 5, 15, 15, 9, 3, 2, 2, 2},
    {2, 18, 17, 16, 12, 3, 2, 3, 3},
    {1, 7, 19, 20, 33, 2, 4, 0, 3},
    {2, 20, 13, 12, 24, 2, 3},
    // Groups.
    {2, 8, 9, 10, 12, 3, 1, 1, 1, 4},
    {5, 36, 8, 7, 54, 3, 2, 1, 1, 3},
    {1, 48, 6, 6, 96, 1, 1, 0, 1, 2},
    {2, 9, 8, 9, 18, 3, 1, 1, 1, 9},
    {2, 66, 7, 8, 22, 3, 1, 2, 2, 2},
    // More pixels in a row than a block has; more work than one task.
    {1, 8, 3, 530, 16, 3, 1, 1},
    {3, 16, 64, 63, 48, 3, 1, 1},
};

struct Data {
  std::vector<float> a, b, bias;
};

/// Normal numbers, in bf16 where that is what is multiplied: then f64 multiplies the same.
Data make_data(const ConvShape& s, ConvPass pass) {
  Data d;
  d.a = normal_data<float>(pass == ConvPass::input_grad ? y_size(s) : x_size(s), 0, 1, 1);
  d.b = normal_data<float>(pass == ConvPass::weight_grad ? y_size(s) : weight_size(s), 0, 1, 2);
  if (pass == ConvPass::forward) d.bias = normal_data<float>(s.oc, 0, 1, 3);
  return d;
}

class ConvDirect : public ::testing::TestWithParam<std::tuple<ConvCase, DType>> {
 protected:
  ConvShape shape(std::int64_t images = 0) const {
    ConvCase c = std::get<0>(GetParam());
    if (images > 0) c.n = images;
    ConvShape s = conv_shape(c);
    s.compute = std::get<1>(GetParam());
    return s;
  }
};

TEST_P(ConvDirect, AgreesWithDoublesWithAnyThreads) {
  const ConvShape s = shape();
  ConvShape s64 = s;
  s64.dtype = s64.compute = f64;
  for (const ConvPass pass : kPasses) {
    const Data d = make_data(s, pass);
    const std::vector<double> bias(d.bias.begin(), d.bias.end());
    const auto expected =
        run_conv<double>(s64, pass, "gathered", rounded(d.a, s.compute), rounded(d.b, s.compute), bias);
    const auto y = with_any_threads([&] { return run_conv(s, pass, "direct", d.a, d.b, d.bias); });
    EXPECT_LT(relative_error(y, expected), 1e-6) << to_string(pass);
  }
}

TEST_P(ConvDirect, PackedWeightsAndPartsOfTheBatchGiveTheSameBits) {
  const ConvShape whole = shape();
  for (const ConvPass pass : {ConvPass::forward, ConvPass::input_grad}) {
    const Data d = make_data(whole, pass);
    const auto expected = run_conv(whole, pass, "direct", d.a, d.b, d.bias);
    for (std::int64_t part = 1; part <= whole.n; ++part) {
      std::vector<float> joined;
      for (std::int64_t first = 0; first < whole.n; first += part) {
        const ConvShape s = shape(std::min(part, whole.n - first));
        const std::int64_t size = std::int64_t(d.a.size()) / whole.n;
        const std::vector<float> a(d.a.begin() + first * size, d.a.begin() + (first + s.n) * size);
        const auto y = run_conv(s, pass, "direct", a, d.b, d.bias, Weights::packed);
        joined.insert(joined.end(), y.begin(), y.end());
      }
      EXPECT_TRUE(same_bits(joined, expected)) << to_string(pass) << ", " << part << " images at a time";
    }
  }
}

TEST_P(ConvDirect, TheEpilogueSeesEveryFinishedValueOnce) {
  const ConvShape s = shape();
  for (const ConvPass pass : {ConvPass::forward, ConvPass::input_grad}) {
    const Data d = make_data(s, pass);
    std::vector<float> y;
    const auto size = std::size_t(pass == ConvPass::forward ? y_size(s) : x_size(s));
    Seen seen{y, pass == ConvPass::forward ? s.oc : s.ic, std::vector<int>(size), std::vector<float>(size)};
    run_conv(s, pass, "direct", d.a, d.b, d.bias, Weights::plain, &y, {Seen::see, &seen});
    EXPECT_TRUE(std::all_of(seen.times.begin(), seen.times.end(), [](int n) { return n == 1; }));
    EXPECT_TRUE(same_bits(seen.values, y));
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, ConvDirect,
                         ::testing::Combine(::testing::ValuesIn(kCases), ::testing::Values(f32, bf16)),
                         [](const auto& test) {
                           return std::to_string(test.index) +
                                  (std::get<1>(test.param) == f32 ? "_f32" : "_bf16");
                         });

TEST(ConvDirectSides, MayDiffer) {
  for (const DType compute : {f32, bf16}) {
    ConvShape s = conv_shape({2, 18, 17, 20, 36, 3, 1, 1});
    s.kh = 5, s.stride_w = 2, s.dilation_h = 2, s.pad_h = 3, s.pad_w = 0, s.oh = 15, s.ow = 9;
    s.compute = compute;
    ConvShape s64 = s;
    s64.dtype = s64.compute = f64;
    for (const ConvPass pass : kPasses) {
      const Data d = make_data(s, pass);
      const std::vector<double> bias(d.bias.begin(), d.bias.end());
      const auto expected =
          run_conv<double>(s64, pass, "gathered", rounded(d.a, compute), rounded(d.b, compute), bias);
      EXPECT_LT(relative_error(run_conv(s, pass, "direct", d.a, d.b, d.bias), expected), 1e-6)
          << to_string(pass);
    }
  }
}

}  // namespace
}  // namespace lepton::test
