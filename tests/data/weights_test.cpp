// Class weights, samples with weights, drawing by weights, and datasets on the caller's memory.
#include "lepton/data/weights.hpp"

#include <cmath>
#include <map>
#include <numeric>

#include "lepton/data/loader.hpp"
#include "lepton/tensor/factory.hpp"
#include "tests/data/support.hpp"

namespace lepton::data {
namespace {

using Indices = std::vector<std::int64_t>;

Dataset labelled(const Indices& labels) {
  const std::int64_t n = std::int64_t(labels.size());
  return TensorDataset(arange(0, double(n)).reshape({n, 1}), tensor(labels, {n}));
}

TEST(Weights, Balanced) {
  // sklearn.utils.class_weight.compute_class_weight("balanced", classes=[0, 1, 2], y=[0, 0, 0, 0, 1, 1, 2])
  const Indices labels{0, 0, 0, 0, 1, 1, 2};
  const std::vector<double> weights = balanced_weights(labels);
  ASSERT_EQ(weights.size(), 3u);
  EXPECT_DOUBLE_EQ(weights[0], 0.5833333333333334);
  EXPECT_DOUBLE_EQ(weights[1], 1.1666666666666667);
  EXPECT_DOUBLE_EQ(weights[2], 2.3333333333333335);
  const auto of_samples = sample_weights(labels, weights);
  EXPECT_DOUBLE_EQ(std::accumulate(of_samples.begin(), of_samples.end(), 0.0), 7);
  EXPECT_EQ(of_samples[6], weights[2]);
}

TEST(Weights, Refuses) {
  expect_error([] { balanced_weights(Indices{}); }, {"[balanced_weights]", "no labels"});
  expect_error([] { balanced_weights(Indices{0, 2}); }, {"class 1 has no samples"});
  expect_error([] { balanced_weights(Indices{0, 1, 2}, 2); }, {"sample 2", "label 2", "2 classes"});
  expect_error([] { sample_weights(Indices{0, -1}, std::vector<double>{1}); }, {"sample 1", "label -1"});
  const Dataset data = labelled({0, 1});
  expect_error([&] { weighted(data, {1}); }, {"[weighted]", "1 weights for 2 samples"});
  expect_error([&] { weighted(data, {1, -1}); }, {"sample 1 is -1"});
  expect_error([&] { weighted(data, {NAN, 1}); }, {"sample 0 is", "finite"});
  expect_error([&] { Loader(data, {.weights = {0, 0}}); }, {"[Loader]", "all weights are 0"});
  expect_error([&] { Loader(data, {.weights = {1, 2, 3}}); }, {"3 weights for 2 samples"});
  expect_error([&] { Loader(data, {.shuffle = Shuffle::never, .weights = {1, 2}}); }, {"Shuffle::never"});
  expect_error([&] { Loader(data, {.draws = 3}); }, {"draws", "weights"});
}

TEST(Weights, TravelWithTheSamples) {
  const Dataset data = weighted(labelled({0, 1, 1}), {3, 1, 2});
  const Batch batch = data.batch(Indices{2, 0});
  ASSERT_EQ(batch.size(), 3u);
  EXPECT_EQ(batch[2].to_vector<float>(), (std::vector<float>{2, 3}));
  EXPECT_EQ(data.labels(), (Indices{0, 1, 1}));
  EXPECT_EQ(subset(data, {1}).batch(Indices{0})[2].item(), 1);
}

/// The samples of an epoch.
Indices run_epoch(Loader& loader) {
  Indices seen;
  for (auto& [x, y] : loader)
    for (const float v : x.span<float>()) seen.push_back(std::int64_t(v));
  return seen;
}

TEST(Weights, DrawInProportion) {
  const Dataset data = labelled({0, 1, 2, 3});
  Loader loader(data, {.batch_size = 512, .seed = 3, .weights = {1, 0, 2, 5}, .draws = 80'000});
  EXPECT_EQ(loader.steps_per_epoch(), 157);
  const Indices seen = run_epoch(loader);
  ASSERT_EQ(seen.size(), 80'000u);
  std::map<std::int64_t, std::int64_t> counts;
  for (const std::int64_t i : seen) ++counts[i];
  EXPECT_EQ(counts[1], 0);
  for (const auto& [sample, share] : {std::pair(0, 0.125), std::pair(2, 0.25), std::pair(3, 0.625)}) {
    const double deviation = std::sqrt(80'000 * share * (1 - share));
    EXPECT_NEAR(double(counts[sample]), 80'000 * share, 4 * deviation) << sample;
  }
  EXPECT_NE(run_epoch(loader), seen);  // the next epoch draws anew
}

TEST(Weights, DrawTheSameWithAnyWorkers) {
  const Dataset data = labelled(Indices(100, 0));
  std::vector<double> weights(100);
  std::iota(weights.begin(), weights.end(), 0);
  Indices first;
  for (const int workers : {0, 1, 4}) {
    Loader loader(data, {.batch_size = 8, .workers = workers, .weights = weights});
    const Indices seen = run_epoch(loader);
    EXPECT_EQ(seen.size(), 100u);
    if (workers == 0) first = seen;
    EXPECT_EQ(seen, first) << workers;
  }
  // Where a resumed training goes on.
  Loader loader(data, {.batch_size = 8, .weights = weights});
  loader.set_epoch(0, 5);
  EXPECT_EQ(run_epoch(loader), Indices(first.begin() + 40, first.end()));
}

TEST(Spans, AreDatasetsWithoutACopy) {
  std::vector<float> x(12), targets(3);
  std::vector<std::int64_t> y{2, 0, 1};
  std::iota(x.begin(), x.end(), 0.0f);
  const Dataset data = from_spans<float, std::int64_t>(x, {2, 2}, y);
  EXPECT_EQ(data.size(), 3);
  EXPECT_EQ(data.sample_shape(), (Shape{2, 2}));
  EXPECT_EQ(data.labels(), y);
  x[4] = 40;  // seen, since nothing was copied
  EXPECT_EQ(data.batch(Indices{1})[0].to_vector<float>(), (std::vector<float>{40, 5, 6, 7}));
  EXPECT_EQ((from_spans<float, float>(x, {4}, targets).batch(Indices{0})[1].shape()), (Shape{1, 1}));
  EXPECT_EQ((from_spans<float, float>(x, {2}, x, 2).batch(Indices{0, 1})[1].shape()), (Shape{2, 2}));
  expect_error([&] { from_spans<float, float>(x, {5}, targets); }, {"[from_spans]", "12 numbers", "[5]"});
  expect_error([&] { from_spans<float, float>(x, {2}, targets); },
               {"first sizes differ", "[6, 2]", "[3, 1]"});
}

}  // namespace
}  // namespace lepton::data
