// evaluate: figures over batches, off the tape, in evaluation mode.
#include "lepton/train/evaluate.hpp"

#include "lepton/autograd/no_grad.hpp"
#include "lepton/metrics/accuracy.hpp"
#include "lepton/metrics/confusion.hpp"
#include "tests/train/support.hpp"

namespace lepton {
namespace {

TEST(Evaluate, MeansOverSamples) {
  // Batches of 7 leave one of 2; a mean over batches would weigh it as much as the others.
  const data::Dataset data = problem(30);
  const nn::Sequential untrained = network();
  nn::Sequential net = untrained;
  const std::vector<Metric> metrics = {
      {"mean", metrics::accuracy},
      {"collected", metrics::Accuracy()},
      {"f1", metrics::ConfusionMatrix(3), &metrics::ConfusionMatrix::macro_f1}};
  const auto by_seven = evaluate(net, data, metrics, {.batch_size = 7});
  const auto at_once = evaluate(net, data, metrics);
  ASSERT_EQ(by_seven.size(), 3u);
  EXPECT_EQ(by_seven[0].name, "mean");
  EXPECT_DOUBLE_EQ(by_seven[0].value, by_seven[1].value);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_DOUBLE_EQ(by_seven[i].value, at_once[i].value);
}

/// A figure that draws random numbers.
struct Draws {
  void update(const Tensor&, const Tensor&) { sum += rand({1}).item(); }
  double value() const { return sum; }
  double sum = 0;
};

TEST(Evaluate, LeavesEverythingAsItWas) {
  nn::Sequential net = network();
  const data::Dataset data = problem(30);
  const auto before = weights(net);
  manual_seed(3);
  const std::uint64_t offset = default_generator().advance(10) + 10;
  evaluate(net, data, {{"random", Draws()}});
  EXPECT_EQ(default_generator().seed(), 3u);
  EXPECT_EQ(default_generator().offset(), offset);
  EXPECT_TRUE(net.training());
  EXPECT_TRUE(grad_enabled());
  EXPECT_EQ(weights(net), before);
}

TEST(Evaluate, RunsInEvaluationModeOffTheTape) {
  struct Watches : nn::Module {
    nn::Linear inner{8, 3};
    nn::Dropout dropout{0.5};
    bool trained = false, taped = false;
    Tensor operator()(const Tensor& x) {
      trained |= training() || dropout.training();
      taped |= grad_enabled();
      return inner(x);
    }
    LEPTON_FIELDS(inner, dropout)
  } net;
  evaluate(net, problem(), {{"accuracy", metrics::Accuracy()}});
  EXPECT_FALSE(net.trained);
  EXPECT_FALSE(net.taped);
}

TEST(Evaluate, AccumulatesAnewEachTime) {
  nn::Sequential net = network();
  const std::vector<Metric> metrics = {{"accuracy", metrics::Accuracy()}};
  const double first = evaluate(net, problem(), metrics)[0].value;
  EXPECT_EQ(evaluate(net, problem(), metrics)[0].value, first);
}

TEST(Evaluate, ThrowsWhatTheDataThrows) {
  nn::Sequential net = network();
  expect_error([&] { evaluate(net, data::Dataset(), {}); }, {"[Dataset]"});
}

}  // namespace
}  // namespace lepton
