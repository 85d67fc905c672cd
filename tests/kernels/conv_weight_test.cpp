// Gradients by weight and bias: the bias against doubles by every algorithm, and sums that grow part by part.
#include <cstring>

#include "tests/kernels/conv_probe.hpp"

namespace lepton::test {
namespace {

namespace cpu = kernels::cpu;

const ConvCase kCases[] = {
    {11, 3, 20, 21, 32, 3},        // few channels
    {5, 3, 20, 21, 40, 3, 2, 1},
    {19, 16, 17, 18, 24, 3, 1, 1}, // Winograd
    {1, 32, 31, 31, 64, 3},
    {9, 40, 4, 4, 24, 3, 1, 2},    // too few tiles for sums that grow
    {6, 24, 9, 9, 72, 1},          // direct
    {3, 16, 6, 6, 16, 3, 1, 1, 1, 16},
};

struct Gradients {
  std::vector<float> dw, db;
  bool operator==(const Gradients& o) const {
    return std::memcmp(dw.data(), o.dw.data(), dw.size() * 4) == 0 && std::memcmp(db.data(), o.db.data(), db.size() * 4) == 0;
  }
};

struct Problem {
  ConvShape s;
  const kernels::ConvPlan* plan;
  std::vector<float> x, g;

  explicit Problem(const ConvCase& c, const char* algorithm = nullptr, DType compute = f32) : s(conv_shape(c)) {
    s.compute = compute;
    plan = cpu::prepare_conv(s, ConvPass::weight_grad, algorithm);
    x = normal_data<float>(x_size(s), 0, 1, 1), g = normal_data<float>(y_size(s), 0.5, 1, 2);
  }
  Gradients empty() const {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    Gradients d;
    d.dw.assign(std::size_t(weight_size(s)), nan), d.db.assign(std::size_t(s.oc), nan);
    return d;
  }
  Gradients whole() const {
    Gradients d = empty();
    Room scratch(cpu::conv_scratch(plan));
    cpu::conv2d_weight_grad({x.data(), g.data(), d.dw.data(), scratch.get(), plan, d.db.data()}, kCpuStream);
    return d;
  }
};

class ConvWeight : public ::testing::TestWithParam<ConvCase> {};

TEST_P(ConvWeight, TheBiasIsTheSumOfPixelsWithAnyThreads) {
  const auto names = cpu::conv_algorithms(conv_shape(GetParam()), ConvPass::weight_grad);
  for (int i = 0; i < names.count; ++i) {
    const Problem p(GetParam(), names.name[i]);
    std::vector<double> expected(std::size_t(p.s.oc));
    for (std::size_t k = 0; k < p.g.size(); ++k) expected[k % expected.size()] += p.g[k];
    EXPECT_LT(relative_error(with_any_threads([&] { return p.whole().db; }), expected), 1e-6) << names.name[i];
  }
}

TEST_P(ConvWeight, PartsGiveTheBitsOfTheWhole) {
  for (const DType compute : {f32, bf16}) {
    if (cpu::conv_algorithms([&] { auto s = conv_shape(GetParam()); s.compute = compute; return s; }(), ConvPass::weight_grad).count == 0)
      continue;
    const Problem p(GetParam(), nullptr, compute);
    const std::int64_t shards = cpu::conv_weight_shards(p.plan);
    if (shards == 0) continue;
    const Gradients expected = p.whole();
    for (const std::int64_t most : {1, 2, 3}) {
      Gradients d = p.empty();
      Room scratch(cpu::conv_weight_scratch(p.plan, 1));
      kernels::ConvWeightGradArgs args{p.x.data(), p.g.data(), d.dw.data(), scratch.get(), p.plan, d.db.data()};
      void* const mine = cpu::conv_weight_thread_scratch(args, 0);
      for (std::int64_t shard = 0; shard < shards; ++shard) {
        const std::int64_t begin = shard * p.s.n / shards, end = (shard + 1) * p.s.n / shards;
        for (std::int64_t i = begin; i < end; i += most) {
          kernels::ConvWeightGradArgs part = args;
          part.x = p.x.data() + i * x_size(p.s) / p.s.n, part.g = p.g.data() + i * y_size(p.s) / p.s.n;
          cpu::conv2d_weight_add(part, {std::min(most, end - i), shard, i == begin, mine});
        }
      }
      cpu::conv2d_weight_finish(args);
      EXPECT_TRUE(d == expected) << most << " pictures at a time";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, ConvWeight, ::testing::ValuesIn(kCases));

TEST(ConvWeightTest, GrowsWhereItShould) {
  EXPECT_EQ(cpu::conv_weight_shards(Problem({32, 3, 64, 64, 32, 3}).plan), 8);
  EXPECT_EQ(cpu::conv_weight_shards(Problem({32, 32, 31, 31, 64, 3}).plan), 8);
  EXPECT_EQ(cpu::conv_weight_shards(Problem({3, 32, 31, 31, 64, 3}).plan), 3);
  EXPECT_EQ(cpu::conv_weight_shards(Problem({2, 512, 4, 4, 512, 3, 1, 1}).plan), 0);
}

}  // namespace
}  // namespace lepton::test
