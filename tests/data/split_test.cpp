// Splits and folds: sizes and strata of scikit-learn, order by seed.
#include "lepton/data/split.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "tests/data/support.hpp"

namespace lepton::data {
namespace {

using Rows = std::vector<std::int64_t>;

struct SplitCase {
  double test;
  Rows labels;
  std::size_t train_rows, test_rows;
  Rows train_labels, test_labels;  // how many of each, labels ascending
  std::size_t train_groups, test_groups;
};
struct FoldCase {
  std::int64_t folds;
  Rows labels, plain, stratified;  // the fold that each row tests in
  Rows group_sizes;                // ascending
};
#include "tests/data/split_golden.inc"

Rows label_counts(const Rows& labels, const Rows& rows) {
  std::map<std::int64_t, std::int64_t> counts;
  for (const std::int64_t l : labels) counts[l] += 0;
  for (const std::int64_t row : rows) ++counts[labels[std::size_t(row)]];
  Rows out;
  for (const auto& [label, count] : counts) out.push_back(count);
  return out;
}

void expect_partition(const std::vector<Rows>& parts, std::int64_t rows) {
  Rows all;
  for (const Rows& part : parts) {
    EXPECT_TRUE(std::is_sorted(part.begin(), part.end()));
    all.insert(all.end(), part.begin(), part.end());
  }
  std::sort(all.begin(), all.end());
  Rows expected(static_cast<std::size_t>(rows));
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(all, expected);
}

Rows sorted(Rows rows) {
  std::sort(rows.begin(), rows.end());
  return rows;
}

TEST(Split, SizesAreThoseOfScikitLearn) {
  for (const SplitCase& c : kSplits) {
    const std::int64_t n = std::int64_t(c.labels.size());
    const Parts plain = split_rows(n, {.test = c.test, .seed = 1});
    EXPECT_EQ(plain.train.size(), c.train_rows);
    EXPECT_EQ(plain.test.size(), c.test_rows);
    expect_partition({plain.train, plain.test}, n);
    const Parts strata = split_rows(n, {.test = c.test, .seed = 1, .labels = c.labels});
    EXPECT_EQ(label_counts(c.labels, strata.train), c.train_labels);
    EXPECT_EQ(label_counts(c.labels, strata.test), c.test_labels);
    expect_partition({strata.train, strata.test}, n);
    const Parts groups = split_rows(n, {.test = c.test, .seed = 1, .groups = c.labels});
    std::set<std::int64_t> train, test;
    for (const std::int64_t row : groups.train) train.insert(c.labels[std::size_t(row)]);
    for (const std::int64_t row : groups.test) test.insert(c.labels[std::size_t(row)]);
    EXPECT_EQ(train.size(), c.train_groups);
    EXPECT_EQ(test.size(), c.test_groups);
    for (const std::int64_t g : test) EXPECT_FALSE(train.contains(g));
    expect_partition({groups.train, groups.test}, n);
  }
}

TEST(Split, InThreeParts) {
  Rows labels;
  for (int i = 0; i < 200; ++i) labels.push_back(i % 4 == 0);
  for (const Rows& strata : {Rows{}, labels}) {
    const Parts parts = split_rows(200, {.test = 0.1, .validation = 0.2, .seed = 3, .labels = strata});
    EXPECT_EQ(parts.train.size(), 140u);
    EXPECT_EQ(parts.validation.size(), 40u);
    EXPECT_EQ(parts.test.size(), 20u);
    expect_partition({parts.train, parts.validation, parts.test}, 200);
    if (strata.empty()) continue;
    EXPECT_EQ(label_counts(labels, parts.train), (Rows{105, 35}));
    EXPECT_EQ(label_counts(labels, parts.validation), (Rows{30, 10}));
    EXPECT_EQ(label_counts(labels, parts.test), (Rows{15, 5}));
  }
  const Parts whole = split_rows(5, {.test = 0});
  EXPECT_EQ(whole.train.size(), 5u);
}

TEST(Split, IsDrawnBySeed) {
  EXPECT_EQ(split_rows(100, {.seed = 5}).test, split_rows(100, {.seed = 5}).test);
  EXPECT_NE(split_rows(100, {.seed = 5}).test, split_rows(100, {.seed = 6}).test);
  // Every row has the same chance.
  std::vector<int> times(50);
  for (std::uint64_t seed = 0; seed < 400; ++seed)
    for (const std::int64_t row : split_rows(50, {.seed = seed}).test) ++times[std::size_t(row)];
  for (const int t : times) EXPECT_NEAR(t, 80, 5 * 8);
}

TEST(Split, Refuses) {
  expect_error([] { split_rows(0); }, {"[split_rows]", "no rows"});
  expect_error([] { split_rows(10, {.test = 1}); }, {"test", "below 1"});
  expect_error([] { split_rows(10, {.validation = -0.1}); }, {"validation"});
  expect_error([] { split_rows(10, {.test = 0.6, .validation = 0.4}); },
               {"nothing is left", "6 test, 4 validate"});
  expect_error([] { split_rows(3, {.labels = {1, 2}}); }, {"2 labels for 3 rows"});
  expect_error([] { split_rows(2, {.labels = {1, 2}, .groups = {1, 2}}); }, {"not both"});
  expect_error([] { split_rows(2, {.groups = {7, 7}}); }, {"nothing is left", "1 groups"});
}

Rows test_of(const std::vector<Fold>& folds, std::size_t rows) {
  Rows fold_of(rows, -1);
  for (std::size_t f = 0; f < folds.size(); ++f) {
    expect_partition({folds[f].train, folds[f].test}, std::int64_t(rows));
    for (const std::int64_t row : folds[f].test) {
      EXPECT_EQ(fold_of[std::size_t(row)], -1);
      fold_of[std::size_t(row)] = std::int64_t(f);
    }
  }
  return fold_of;
}

TEST(Folds, AreThoseOfScikitLearn) {
  for (const FoldCase& c : kFolds) {
    const std::size_t n = c.labels.size();
    const FoldOptions as_is{.order = FoldOrder::as_is};
    EXPECT_EQ(test_of(k_fold(std::int64_t(n), c.folds, as_is), n), c.plain);
    EXPECT_EQ(test_of(stratified_k_fold(c.labels, c.folds, as_is), n), c.stratified);
    Rows sizes;
    for (const Fold& f : group_k_fold(c.labels, std::int64_t(c.group_sizes.size()), as_is))
      sizes.push_back(std::int64_t(f.test.size()));
    EXPECT_EQ(sorted(sizes), c.group_sizes);
  }
}

TEST(Folds, DrawnOnesHaveTheSameSizesAndStrata) {
  for (const FoldCase& c : kFolds) {
    const std::size_t n = c.labels.size();
    const Rows plain = test_of(k_fold(std::int64_t(n), c.folds, {.seed = 1}), n);
    EXPECT_NE(plain, c.plain);
    EXPECT_EQ(sorted(plain), sorted(c.plain));
    const auto folds = stratified_k_fold(c.labels, c.folds, {.seed = 1});
    const auto expected = stratified_k_fold(c.labels, c.folds, {.order = FoldOrder::as_is});
    EXPECT_NE(test_of(folds, n), c.stratified);
    for (std::size_t f = 0; f < folds.size(); ++f)
      EXPECT_EQ(label_counts(c.labels, folds[f].test), label_counts(c.labels, expected[f].test));
    EXPECT_EQ(test_of(k_fold(std::int64_t(n), c.folds, {.seed = 1}), n), plain);
    for (const Fold& fold : group_k_fold(c.labels, 2, {.seed = 1}))
      for (const std::int64_t row : fold.test)
        for (const std::int64_t other : fold.train)
          EXPECT_NE(c.labels[std::size_t(row)], c.labels[std::size_t(other)]);
  }
}

TEST(Folds, Refuse) {
  expect_error([] { k_fold(5, 1); }, {"[k_fold]", "5 rows into 1"});
  expect_error([] { k_fold(5, 6); }, {"5 rows into 6"});
  const Rows labels{1, 1, 2, 2};
  expect_error([&] { stratified_k_fold(labels, 3); },
               {"[stratified_k_fold]", "no label has 3 rows", "most 2"});
  expect_error([&] { group_k_fold(labels, 3); }, {"[group_k_fold]", "2 groups into 3"});
}

}  // namespace
}  // namespace lepton::data
