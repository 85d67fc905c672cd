// fit over a loader: samples drawn by weights, batches that are dropped, and what a resumption must find again.
#include "lepton/data/loader.hpp"

#include <algorithm>

#include "lepton/data/weights.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/optim/sgd.hpp"
#include "lepton/train/interrupt.hpp"
#include "tests/train/support.hpp"

namespace lepton {
namespace {

/// Collects the classes of all samples that are trained on, and may interrupt after a step.
struct Watch final : Callback {
  std::vector<std::int64_t> classes;
  std::int64_t steps = 0, stop_after = 0;
  void step_done(Session&, const data::Batch& batch) override {
    for (const std::int64_t y : batch[1].to_vector<std::int64_t>()) classes.push_back(y);
    if (++steps == stop_after) request_interrupt();
  }
};

/// Samples of two classes, of which the second is rare and not to be told from the first by a straight cut at 0.
data::Dataset rare(std::int64_t samples = 400) {
  manual_seed(21);
  const Tensor x = randn({samples, 8});
  std::vector<std::int64_t> y(static_cast<std::size_t>(samples));
  for (std::int64_t i = 0; i < samples; ++i) y[std::size_t(i)] = i % 10 == 0;
  const Tensor classes = tensor(y, {samples});
  return data::TensorDataset(x + classes.to(f32).reshape({samples, 1}) * 0.7, classes);
}

std::vector<double> balanced(const data::Dataset& data) {
  const auto labels = data.labels();
  return data::sample_weights(labels, data::balanced_weights(labels));
}

Report train(const data::Loader& loader, FitOptions options, std::vector<float>* into = nullptr) {
  nn::Sequential net = network();
  optim::Adam adam(net.parameters(), {.lr = 1e-2});
  const Report report = fit(net, adam, cross_entropy, loader, options);
  if (into) *into = weights(net);
  return report;
}

TEST(FitLoader, DrawsByWeights) {
  const data::Dataset data = rare();
  Watch watch;
  train(data::Loader(data, {.batch_size = 50, .weights = balanced(data)}),
        {.epochs = 10, .callbacks = {&watch}});
  ASSERT_EQ(watch.classes.size(), 4000u);
  EXPECT_NEAR(double(std::count(watch.classes.begin(), watch.classes.end(), 1)), 2000,
              4 * 32);  // 4 deviations
}

TEST(FitLoader, IsTheSameAsADataset) {
  const data::Dataset data = problem();
  const data::Loader loader(data, {.batch_size = 16, .seed = 4});
  std::vector<float> by_loader;
  train(loader, {.epochs = 2}, &by_loader);
  EXPECT_EQ(by_loader, Trained({.epochs = 2, .batch_size = 16, .seed = 4}).weights());
  EXPECT_EQ(loader.epoch(), 0);  // it was only looked at
}

TEST(FitLoader, DrawsAndDroppedBatchesMakeTheEpoch) {
  const data::Dataset data = problem();  // 100 samples
  EXPECT_EQ(train(data::Loader(data, {.last = data::LastBatch::drop}), {}).epochs[0].samples, 96);
  const data::Loader drawn(data, {.weights = std::vector<double>(100, 1), .draws = 250});
  const Report report = train(drawn, {});
  EXPECT_EQ(report.epochs[0].samples, 250);
  EXPECT_EQ(report.steps, 8);
}

/// Weights of a linear model after an epoch of plain descent.
std::vector<float> descended(const data::Loader& loader, const FitOptions& options) {
  manual_seed(5);
  nn::Linear line(8, 3);
  optim::Sgd sgd(line.parameters(), {.lr = 0.5});
  fit(line, sgd, cross_entropy, loader, options);
  return weights(line);
}

TEST(FitLoader, AccumulatedBatchesWeighByWhatIsDrawn) {
  const data::Dataset data = problem();  // 100 samples, 240 draws
  const auto drawn = [&](std::int64_t batch_size) {
    return data::Loader(data,
                        {.batch_size = batch_size, .weights = std::vector<double>(100, 1), .draws = 240});
  };
  const auto apart = descended(drawn(60), {.accumulate = 2}), together = descended(drawn(120), {});
  ASSERT_EQ(apart.size(), together.size());
  for (std::size_t i = 0; i < apart.size(); ++i) EXPECT_NEAR(apart[i], together[i], 1e-5);
}

TEST(FitLoader, ResumesInTheMiddleOfAnEpochWithTheSameBits) {
  const TempFolder folder;
  const std::string dir = folder / "run";
  const data::Dataset data = rare();
  const data::Loader loader(data, {.batch_size = 32, .seed = 3, .weights = balanced(data)});
  Watch stop;
  stop.stop_after = 17;  // of 13 an epoch
  train(loader, {.epochs = 3, .save = dir, .callbacks = {&stop}});
  clear_interrupt();
  std::vector<float> whole, rest;
  train(loader, {.epochs = 3}, &whole);
  train(loader, {.epochs = 3, .resume = dir}, &rest);
  EXPECT_EQ(rest, whole);

  // Another order is another training.
  expect_error(
      [&] { train(data::Loader(data, {.batch_size = 32, .seed = 3}), {.epochs = 3, .resume = dir}); },
      {dir, "stopped before samples", "shuffles or weights otherwise"});
  expect_error(
      [&] {
        train(data::Loader(data, {.batch_size = 32, .seed = 3, .weights = balanced(data), .draws = 390}),
              {.epochs = 3, .resume = dir});
      },
      {dir, "samples 400, not 390"});
}

}  // namespace
}  // namespace lepton
