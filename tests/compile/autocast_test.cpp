// Captured steps under autocast: eager's bits, and a plan for each state.
#include "lepton/core/autocast.hpp"

#include <optional>

#include "lepton/compile/compile.hpp"
#include "lepton/core/rng.hpp"
#include "lepton/nn/batch_norm.hpp"
#include "lepton/nn/conv2d.hpp"
#include "lepton/nn/linear.hpp"
#include "lepton/nn/pool.hpp"
#include "lepton/nn/sequential.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/loss.hpp"
#include "lepton/ops/matmul.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/optim/adam.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/threads.hpp"
#include "tests/support/tuning.hpp"

namespace lepton {
namespace {

using test::kAllBf16;
using test::Tuned;

nn::Sequential make_mlp() {
  manual_seed(21);
  return {nn::Linear(24, 96), relu, nn::Linear(96, 64), tanh, nn::Linear(64, 5)};
}
nn::Sequential make_cnn() {
  manual_seed(22);
  return {nn::Conv2d({.in = 3, .out = 16, .kernel = 3}), nn::BatchNorm2d(16), relu, nn::MaxPool2d(2),
          nn::Conv2d({.in = 16, .out = 32, .kernel = 3, .padding = 1}), relu, nn::Flatten(), nn::Linear(32 * 7 * 7, 5)};
}

/// Pictures or rows of five kinds, each with its mark.
std::pair<Tensor, Tensor> batch_of(const Shape& shape, std::uint64_t seed) {
  manual_seed(seed);
  const Tensor y = cast(rand({shape[0]}) * 5, i64);
  const Tensor x = randn(shape);
  Shape ones = shape;
  for (int i = 1; i < ones.rank(); ++i) ones[i] = 1;
  x.slice(1, 0, 1).add_(cast(y, f32).reshape(ones));
  return {x, y};
}

struct History {
  std::vector<std::vector<float>> state;
  std::vector<double> losses;
  bool operator==(const History&) const = default;
};

enum class Step { eager, captured };

History train(nn::Sequential model, const Shape& shape, DType allowed, Step how, int steps) {
  optim::Adam adam(model.parameters(), {.lr = 3e-3});
  const auto function = [&](const Tensor& x, const Tensor& y) {
    Tensor loss;
    {
      const Autocast guard(allowed);
      loss = cross_entropy(model(x), y);
    }
    adam.zero_grad();
    loss.backward();
    adam.step();
    return loss;
  };
  auto step = compile(function);
  History history;
  for (int i = 0; i < steps; ++i) {
    const auto [x, y] = batch_of(shape, std::uint64_t(100 + i % 8));
    history.losses.push_back((how == Step::captured ? step(x, y) : function(x, y)).item());
  }
  for (const auto& [name, t] : model.state()) history.state.push_back(t.to_vector<float>());
  return history;
}

struct Net {
  const char* name;
  nn::Sequential (*make)();
  Shape shape;
};
void PrintTo(const Net& net, std::ostream* out) { *out << net.name; }

class AutocastStep : public testing::TestWithParam<Net> {};

TEST_P(AutocastStep, captured_equals_eager_bit_for_bit) {
  const Net& net = GetParam();
  for (const bool forced : {false, true}) {  // by this machine's table, and in bf16 throughout
    const std::optional<Tuned> tuned = forced ? std::make_optional<Tuned>(kAllBf16) : std::nullopt;
    const History eager = train(net.make(), net.shape, bf16, Step::eager, 6);
    EXPECT_TRUE(train(net.make(), net.shape, bf16, Step::captured, 6) == eager);
    const test::Threads one(1);
    EXPECT_TRUE(train(net.make(), net.shape, bf16, Step::captured, 6) == eager) << "another number of threads";
  }
}

TEST_P(AutocastStep, reaches_the_loss_of_f32) {
  const Net& net = GetParam();
  const Tuned tuned(kAllBf16);
  const auto last = [](const History& history) {
    double sum = 0;
    for (std::size_t i = history.losses.size() - 16; i < history.losses.size(); ++i) sum += history.losses[i];
    return sum / 16;
  };
  const History plain = train(net.make(), net.shape, f32, Step::captured, 64),
            mixed = train(net.make(), net.shape, bf16, Step::captured, 64);
  EXPECT_FALSE(mixed == plain);
  EXPECT_LT(last(plain), 0.6 * plain.losses[0]);  // it learns at all
  EXPECT_NEAR(last(mixed), last(plain), 0.03 * plain.losses[0]);
}

INSTANTIATE_TEST_SUITE_P(Nets, AutocastStep,
                         testing::Values(Net{"mlp", make_mlp, {32, 24}}, Net{"cnn", make_cnn, {8, 3, 16, 16}}),
                         [](const auto& net) { return net.param.name; });

TEST(AutocastPlan, each_state_has_a_plan_of_its_own) {
  const Tensor a = full({2, 2}, 1 + 0x1p-9);
  auto step = compile([&](const Tensor& x) { return sum(matmul(x, a)); });
  const Tuned tuned(kAllBf16);
  const double exact = step(a).item();
  EXPECT_EQ(exact, sum(matmul(a, a)).item());
  for (int i = 0; i < 3; ++i) {
    {
      const Autocast on(bf16);
      EXPECT_EQ(step(a).item(), 8);
    }
    EXPECT_EQ(step(a).item(), exact);
  }
  EXPECT_EQ(step.recordings(), 2);
}

TEST(AutocastPlan, another_tuning_is_recorded_anew) {
  const Tensor a = full({2, 2}, 1 + 0x1p-9);
  auto step = compile([&](const Tensor& x) { return sum(matmul(x, a)); });
  const Autocast on(bf16);
  const Tuned bits(kAllBf16);
  EXPECT_EQ(step(a).item(), 8);
  {
    const Tuned none("matmul bf16 -> f32\n");
    EXPECT_NE(step(a).item(), 8);
  }
}

}  // namespace
}  // namespace lepton
