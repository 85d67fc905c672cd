// Batch, Dataset, TensorDataset, and choosing samples.
#include "lepton/data/dataset.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "lepton/tensor/factory.hpp"
#include "tests/data/support.hpp"

namespace lepton::data {
namespace {

using Indices = std::vector<std::int64_t>;

/// x: f32 [n, 2] with rows (10 i, 10 i + 1), y: i64 [n], i % classes.
TensorDataset numbered(std::int64_t n, std::int64_t classes = 3) {
  std::vector<float> x;
  Indices y;
  for (std::int64_t i = 0; i < n; ++i) {
    x.insert(x.end(), {float(10 * i), float(10 * i + 1)});
    y.push_back(i % classes);
  }
  return TensorDataset(tensor(x, {n, 2}), tensor(y, {n}));
}

TEST(Batch, BindsToItsFirstTwoTensors) {
  Batch batch({tensor<float>({1, 2}), tensor<std::int64_t>({3})});
  auto& [x, y] = batch;
  EXPECT_EQ(x.numel(), 2);
  EXPECT_EQ(y.item(), 3);
  const auto& [cx, cy] = std::as_const(batch);
  EXPECT_EQ(cx.raw(), batch[0].raw());
  EXPECT_EQ(cy.raw(), batch[1].raw());
  batch.push(tensor<float>({4}));
  EXPECT_EQ(batch.size(), 3u);
  expect_error([&] { batch[3]; }, {"[Batch]", "tensor 3", "holds 3"});
  Batch one({tensor<float>({1})});
  expect_error(
      [&] {
        auto& [a, b] = one;
        (void)a, (void)b;
      },
      {"tensor 1", "holds 1"});
}

TEST(TensorDataset, GathersRows) {
  const Dataset data = numbered(5);
  EXPECT_EQ(data.size(), 5);
  EXPECT_EQ(data.sample_shape(), (Shape{2}));
  auto [x, y] = data.batch(Indices{4, 0, 4});
  EXPECT_EQ(x.shape(), (Shape{3, 2}));
  EXPECT_EQ(x.to_vector<float>(), (std::vector<float>{40, 41, 0, 1, 40, 41}));
  EXPECT_EQ(y.to_vector<std::int64_t>(), (Indices{1, 0, 1}));
  EXPECT_EQ(data.labels(), (Indices{0, 1, 2, 0, 1}));
  EXPECT_EQ(data.sample_names()[3], "3");
  EXPECT_TRUE(data.class_names().empty());
  EXPECT_EQ(data.batch(Indices{})[0].shape(), (Shape{0, 2}));
}

TEST(TensorDataset, Refuses) {
  expect_error(
      [] {
        TensorDataset(tensor<float>({1, 2}), tensor<float>({1}));
      },
      {"[TensorDataset]", "[2] and [1]"});
  expect_error([] { TensorDataset(empty({})); }, {"scalar"});
  const Dataset data = numbered(5);
  expect_error([&] { data.batch(Indices{1, 5}); }, {"no sample 5 among 5"});
  expect_error([&] { data.batch(Indices{-1}); }, {"no sample -1"});
  expect_error([] { Dataset().size(); }, {"[Dataset]", "empty"});
  expect_error([] { Dataset(TensorDataset(tensor<float>({1}))).labels(); }, {"no labels"});
}

/// The least that a dataset is.
struct Squares {
  std::int64_t size() const { return 4; }
  Batch batch(std::span<const std::int64_t> indices) const {
    Batch out;
    std::vector<float> x;
    for (const std::int64_t i : indices) x.push_back(float(i * i));
    out.push(tensor(x, {std::int64_t(x.size())}));
    return out;
  }
};

TEST(Dataset, ErasesAnyType) {
  const Dataset data = Squares{};
  const Dataset same = data;
  EXPECT_EQ(same.batch(Indices{3})[0].item(), 9);
  EXPECT_EQ(same.sample_shape(), Shape{});
}

TEST(Dataset, Subset) {
  const Dataset part = subset(numbered(6), {5, 2});
  EXPECT_EQ(part.size(), 2);
  EXPECT_EQ(part.batch(Indices{1, 0})[0].to_vector<float>(), (std::vector<float>{20, 21, 50, 51}));
  EXPECT_EQ(part.labels(), (Indices{2, 2}));
  EXPECT_EQ(part.sample_names(), (std::vector<std::string>{"5", "2"}));
  expect_error([] { subset(numbered(6), {6}); }, {"[subset]", "no sample 6"});
  expect_error([&] { part.batch(Indices{2}); }, {"no sample 2 among 2"});
}

TEST(Dataset, SplitIsAPartitionBySeed) {
  const Dataset data = numbered(100);
  const auto [train, test] = split(data, 0.8, 7);
  EXPECT_EQ(train.size(), 80);
  EXPECT_EQ(test.size(), 20);
  auto names = train.sample_names();
  const auto rest = test.sample_names();
  names.insert(names.end(), rest.begin(), rest.end());
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 100u);
  EXPECT_EQ(split(data, 0.8, 7).second.sample_names(), rest);
  EXPECT_NE(split(data, 0.8, 8).second.sample_names(), rest);
  for (const double fraction : {0.0, 1.0, -1.0, std::nan("")})
    expect_error([&] { split(data, fraction, 0); }, {"[split]", "between 0 and 1"});
}

TEST(Dataset, SplitByLabelKeepsShares) {
  const auto [train, test] = split(numbered(100, 4), 0.8, 3, Stratify::by_label);
  const Indices labels = train.labels();
  for (std::int64_t c = 0; c < 4; ++c) EXPECT_EQ(std::count(labels.begin(), labels.end(), c), 20);
  EXPECT_EQ(test.size(), 20);
}

TEST(Dataset, Sample) {
  const Dataset some = sample(numbered(100), 10, 1);
  EXPECT_EQ(some.size(), 10);
  EXPECT_EQ(some.sample_names(), sample(numbered(100), 10, 1).sample_names());
  EXPECT_EQ(sample(numbered(5), 10, 1).size(), 5);
}

}  // namespace
}  // namespace lepton::data
