// Every convolution algorithm on every shape that it serves, against the f64 convolution.
#include "tests/kernels/conv_probe.hpp"

#include <cstring>
#include <set>
#include <string>

#include "lepton/core/error.hpp"

namespace lepton::test {
namespace {

namespace cpu = kernels::cpu;

constexpr ConvPass kPasses[] = {ConvPass::forward, ConvPass::input_grad, ConvPass::weight_grad};

const ConvCase kCases[] = {
    {2, 3, 5, 6, 4, 3},
    {1, 1, 3, 3, 1, 3},
    {3, 5, 7, 9, 6, 3, 2, 1},
    {2, 8, 9, 7, 12, 3, 1, 2, 2},
    {2, 6, 5, 5, 9, 3, 1, 1, 1, 3},
    {2, 8, 6, 7, 10, 1},
    {5, 16, 6, 6, 16, 3, 1, 1, 1, 16},
    {2, 3, 12, 11, 8, 7, 2, 3},
    {1, 4, 6, 8, 7, 2, 2},
    {2, 7, 8, 8, 5, 5, 3, 2},
    // Few channels.
    {3, 3, 64, 30, 32, 3},
    {2, 3, 31, 29, 70, 3, 2, 1},
    {5, 1, 28, 28, 17, 5, 1, 2},
    {1, 4, 40, 37, 48, 11, 4, 2},
    {2, 2, 13, 12, 33, 3, 1, 2, 2},
    {2, 4, 16, 16, 20, 1, 2, 0},
    // 3x3, stride 1: every padding, odd sizes, few and many channels, more rows and columns of tiles than a block's.
    {5, 8, 9, 7, 8, 3},
    {2, 17, 6, 11, 33, 3, 1, 1},
    {5, 40, 4, 4, 24, 3, 1, 2},
    {1, 70, 5, 13, 50, 3, 1, 1},
    {3, 128, 8, 8, 100, 3, 1, 1},
    {2, 16, 31, 29, 32, 3, 1, 0},
    {2, 9, 6, 130, 16, 3, 1, 1},
    {2, 64, 3, 450, 64, 3, 1, 1},
    {3, 260, 4, 5, 272, 3, 1, 1},
    {1, 256, 7, 130, 256, 3, 1, 1},
};

struct Data {
  std::vector<float> a, b, bias;
  std::vector<double> reference;
};

/// Normal numbers, and what f64 makes of them.
Data make_data(const ConvCase& c, ConvPass pass, bool with_bias) {
  const ConvShape s = conv_shape(c), s64 = conv_shape(c, f64);
  Data d;
  d.a = normal_data<float>(pass == ConvPass::input_grad ? y_size(s) : x_size(s), 0, 1, 1);
  d.b = normal_data<float>(pass == ConvPass::weight_grad ? y_size(s) : weight_size(s), 0, 1, 2);
  if (with_bias && pass == ConvPass::forward) d.bias = normal_data<float>(s.oc, 0, 1, 3);
  const auto wide = [](const std::vector<float>& v) { return std::vector<double>(v.begin(), v.end()); };
  d.reference = run_conv<double>(s64, pass, "gathered", wide(d.a), wide(d.b), wide(d.bias));
  return d;
}

template <class F> void for_algorithms(const ConvShape& s, F&& body) {
  for (const ConvPass pass : kPasses) {
    const auto names = cpu::conv_algorithms(s, pass);
    ASSERT_GT(names.count, 0);
    for (int i = 0; i < names.count; ++i) {
      SCOPED_TRACE(std::string(to_string(pass)) + " by " + names.name[i]);
      body(pass, names.name[i]);
    }
  }
}

class ConvTest : public ::testing::TestWithParam<ConvCase> {
 protected:
  void SetUp() override {
    trace_ = std::make_unique<::testing::ScopedTrace>(__FILE__, __LINE__, to_string(GetParam()));
  }
  std::unique_ptr<::testing::ScopedTrace> trace_;
};

TEST_P(ConvTest, AgreesWithDoublesWithAnyThreads) {
  const ConvShape s = conv_shape(GetParam());
  for_algorithms(s, [&](ConvPass pass, const char* name) {
    for (const bool with_bias : {false, true}) {
      if (with_bias && pass != ConvPass::forward) continue;
      const Data d = make_data(GetParam(), pass, with_bias);
      const auto y = with_any_threads([&] { return run_conv(s, pass, name, d.a, d.b, d.bias); });
      EXPECT_LT(relative_error(y, d.reference), 1e-6);
    }
  });
}

TEST_P(ConvTest, PackedWeightsGiveTheSameBits) {
  const ConvShape s = conv_shape(GetParam());
  for_algorithms(s, [&](ConvPass pass, const char* name) {
    if (pass == ConvPass::weight_grad) return;
    const Data d = make_data(GetParam(), pass, true);
    EXPECT_TRUE(same_bits(run_conv(s, pass, name, d.a, d.b, d.bias),
                          run_conv(s, pass, name, d.a, d.b, d.bias, Weights::packed)));
  });
}

TEST_P(ConvTest, PartsOfTheBatchGiveTheSameBitsFromTheSamePackedWeights) {
  ConvCase c = GetParam();
  const ConvShape whole = conv_shape(c);
  if (c.n == 1) return;
  for_algorithms(whole, [&](ConvPass pass, const char* name) {
    if (pass == ConvPass::weight_grad) return;
    const Data d = make_data(GetParam(), pass, true);
    const auto expected = run_conv(whole, pass, name, d.a, d.b, d.bias);
    for (const std::int64_t part : {1, 2, 3, 4}) {
      if (part >= GetParam().n) continue;
      std::vector<float> joined;
      for (std::int64_t first = 0; first < whole.n; first += part) {
        c.n = std::min(part, whole.n - first);
        const ConvShape s = conv_shape(c);
        EXPECT_EQ(cpu::conv_packed_bytes(cpu::prepare_conv(s, pass, name)),
                  cpu::conv_packed_bytes(cpu::prepare_conv(whole, pass, name)));
        const std::int64_t a_image = std::int64_t(d.a.size()) / whole.n;
        const std::vector<float> a(d.a.begin() + first * a_image, d.a.begin() + (first + c.n) * a_image);
        const auto y = run_conv(s, pass, name, a, d.b, d.bias, Weights::packed);
        joined.insert(joined.end(), y.begin(), y.end());
      }
      EXPECT_TRUE(same_bits(joined, expected)) << part << " images at a time";
    }
  });
}

TEST_P(ConvTest, TheEpilogueSeesEveryFinishedValueOnce) {
  const ConvShape s = conv_shape(GetParam());
  for_algorithms(s, [&](ConvPass pass, const char* name) {
    if (pass == ConvPass::weight_grad) return;
    const Data d = make_data(GetParam(), pass, true);
    std::vector<float> y;
    const auto size = std::size_t(pass == ConvPass::forward ? y_size(s) : x_size(s));
    Seen seen{y, pass == ConvPass::forward ? s.oc : s.ic, std::vector<int>(size), std::vector<float>(size)};
    run_conv(s, pass, name, d.a, d.b, d.bias, Weights::plain, &y, {Seen::see, &seen});
    EXPECT_TRUE(std::all_of(seen.times.begin(), seen.times.end(), [](int n) { return n == 1; }));
    EXPECT_TRUE(same_bits(seen.values, y));
  });
}

INSTANTIATE_TEST_SUITE_P(Shapes, ConvTest, ::testing::ValuesIn(kCases));

TEST(ConvTableTest, NamesAreUnlikeAndChosenByName) {
  const ConvShape s = conv_shape({2, 16, 8, 8, 16, 3, 1, 1});
  const auto names = cpu::conv_algorithms(s, ConvPass::forward);
  std::set<std::string> unlike(names.name, names.name + names.count);
  EXPECT_EQ(int(unlike.size()), names.count);
  EXPECT_STREQ(cpu::conv_algorithm(cpu::prepare_conv(s, ConvPass::forward)), names.name[0]);
  for (int i = 0; i < names.count; ++i)
    EXPECT_STREQ(cpu::conv_algorithm(cpu::prepare_conv(s, ConvPass::forward, names.name[i])), names.name[i]);
}

TEST(ConvTableTest, TakesTheFastOnes) {
  const auto first = [](const ConvCase& c, ConvPass pass) {
    return std::string(cpu::conv_algorithm(cpu::prepare_conv(conv_shape(c), pass)));
  };
  for (const ConvPass pass : kPasses) {
    EXPECT_EQ(first({32, 64, 32, 32, 64, 3, 1, 1}, pass), "winograd");
    EXPECT_EQ(first({32, 512, 4, 4, 512, 3, 1, 1}, pass), "winograd");
    EXPECT_NE(first({32, 64, 5, 5, 64, 3, 1, 1}, pass), "winograd") << "half of its tiles would be empty";
    EXPECT_NE(first({32, 8, 32, 32, 8, 3, 1, 1}, pass), "winograd")
        << "the transforms would cost more than is saved";
    EXPECT_EQ(first({8, 3, 64, 64, 32, 3}, pass) == "few_channels", pass != ConvPass::input_grad);
  }
}

TEST(ConvTableTest, AnUnknownOrUnfitAlgorithmThrows) {
  const ConvShape s = conv_shape({2, 16, 8, 8, 16, 3, 1, 1});
  EXPECT_THROW(cpu::prepare_conv(s, ConvPass::forward, "gathered"), Error);
  EXPECT_THROW(cpu::prepare_conv(s, ConvPass::forward, "no such"), Error);
}

TEST(ConvTableTest, TheChoiceDoesNotDependOnTheBatch) {
  for (ConvCase c : kCases)
    for (const ConvPass pass : kPasses) {
      const auto whole = cpu::conv_algorithms(conv_shape(c), pass);
      c.n = 64;
      const auto part = cpu::conv_algorithms(conv_shape(c), pass);
      ASSERT_EQ(whole.count, part.count);
      for (int i = 0; i < whole.count; ++i) EXPECT_EQ(whole.name[i], part.name[i]);
    }
}

TEST(ConvTableTest, AnEmptyBatchIsNothingAndItsWeightGradientIsZero) {
  const ConvShape s = conv_shape({0, 16, 8, 8, 16, 3, 1, 1});
  for_algorithms(s, [&](ConvPass pass, const char* name) {
    const std::vector<float> none, weight(std::size_t(weight_size(s)));
    const bool by_weight = pass == ConvPass::weight_grad;
    const auto y = run_conv(s, pass, name, none, by_weight ? none : weight);
    EXPECT_TRUE(by_weight ? same_bits(y, weight) : y.empty());
  });
}

}  // namespace
}  // namespace lepton::test
