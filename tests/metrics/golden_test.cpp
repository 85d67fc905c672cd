// Metrics of classes and of numbers: the figures of scikit-learn, also in parts that are merged.
#include <cmath>

#include "lepton/metrics/accuracy.hpp"
#include "lepton/metrics/confusion.hpp"
#include "lepton/metrics/regression.hpp"
#include "lepton/metrics/roc_auc.hpp"
#include "lepton/tensor/factory.hpp"
#include "tests/data/support.hpp"
#include "tests/metrics/golden_cases.hpp"

namespace lepton::metrics {
namespace {

using data::expect_error;

TEST(Golden, Classes) {
  for (const ClassCase& c : kClassCases) {
    const std::int64_t n = std::int64_t(c.labels.size()), half = n / 3;
    const Tensor x = tensor(c.logits, {n, c.classes}), y = tensor(c.labels, {n});
    ConfusionMatrix confusion(c.classes), rest(c.classes);
    RocAuc auc, other;
    confusion.update(x.slice(0, 0, half), y.slice(0, 0, half));
    rest.update(x.slice(0, half), y.slice(0, half));
    confusion.merge(rest);
    auc.update(x.slice(0, 0, half), y.slice(0, 0, half));
    other.update(x.slice(0, half), y.slice(0, half));
    auc.merge(other);
    EXPECT_NEAR(auc.value(), c.auc, 1e-12);
    EXPECT_EQ(auc.count(), n);
    EXPECT_NEAR(accuracy(x, y), c.accuracy, 1e-12);
    EXPECT_NEAR(confusion.accuracy(), c.accuracy, 1e-12);
    EXPECT_NEAR(confusion.macro_f1(), c.macro_f1, 1e-12);
    EXPECT_NEAR(confusion.weighted_f1(), c.weighted_f1, 1e-12);
    EXPECT_NEAR(confusion.macro_precision(), c.macro_precision, 1e-12);
    EXPECT_NEAR(confusion.macro_recall(), c.macro_recall, 1e-12);
    if (c.classes != 2) continue;
    RocAuc one_logit;  // the same from one logit a sample
    std::vector<double> z;
    for (std::int64_t i = 0; i < n; ++i)
      z.push_back(c.logits[std::size_t(2 * i + 1)] - c.logits[std::size_t(2 * i)]);
    one_logit.update(tensor(z, {n, 1}), y);
    EXPECT_NEAR(one_logit.value(), c.auc, 1e-12);
  }
}

TEST(Golden, Numbers) {
  for (const NumberCase& c : kNumberCases) {
    const std::int64_t n = std::int64_t(c.target.size()), half = n / 2;
    const Tensor x = tensor(c.prediction, {n, 1}), y = tensor(c.target, {n});
    Regression whole, first, second, scaled(10);
    whole.update(x, y);
    scaled.update(x, y);
    first.update(x.slice(0, 0, half), y.slice(0, 0, half));
    second.update(x.slice(0, half), y.slice(0, half));
    first.merge(second);
    for (const Regression* r : {&whole, &first}) {
      EXPECT_NEAR(r->r2(), c.r2, 1e-9);
      EXPECT_NEAR(r->mae(), c.mae, 1e-12 * std::abs(c.mae) + 1e-12);
      EXPECT_NEAR(r->mse(), c.mse, 1e-9);
      EXPECT_NEAR(r->rmse(), std::sqrt(c.mse), 1e-9);
    }
    EXPECT_NEAR(scaled.mae(), 10 * c.mae, 1e-9);
    EXPECT_NEAR(scaled.mse(), 100 * c.mse, 1e-7);
    EXPECT_NEAR(scaled.r2(), c.r2, 1e-9);
  }
}

TEST(RocAuc, OfOneClassIsNone) {
  RocAuc auc;
  EXPECT_TRUE(std::isnan(auc.value()));
  auc.update(tensor({1.f, 2.f}), tensor<std::int64_t>({1, 1}));
  EXPECT_TRUE(std::isnan(auc.value()));
  auc.update(tensor({0.f}), tensor<std::int64_t>({0}));
  EXPECT_EQ(auc.value(), 1);
}

TEST(RocAuc, Refuses) {
  RocAuc auc;
  expect_error(
      [&] {
        auc.update(zeros({3, 2}), zeros({2}, {.dtype = i64}));
      },
      {"[roc_auc]", "target [2]", "[3, 2]"});
  expect_error([&] { auc.update(zeros({2}), tensor<std::int64_t>({0, 2})); }, {"target 2", "2 classes"});
  expect_error([&] { auc.update(full({1}, std::nan("")), tensor<std::int64_t>({0})); }, {"NaN"});
  auc.update(zeros({2, 3}), tensor<std::int64_t>({0, 2}));
  expect_error([&] { auc.update(zeros({2, 4}), tensor<std::int64_t>({0, 2})); }, {"3 classes before, now 4"});
  RocAuc two;
  two.update(zeros({1}), tensor<std::int64_t>({0}));
  expect_error([&] { auc.merge(two); }, {"of 2 classes"});
}

TEST(Regression, OfConstantTargets) {
  Regression r;
  EXPECT_TRUE(std::isnan(r.r2()));
  EXPECT_TRUE(std::isnan(r.mae()));
  r.update(tensor({1.f, 1.f}), tensor({1.f, 1.f}));
  EXPECT_EQ(r.r2(), 1);
  r.update(tensor({2.f}), tensor({1.f}));
  EXPECT_EQ(r.r2(), 0);
  expect_error([&] { r.update(zeros({2, 2}), zeros({4})); }, {"[regression]", "[4]", "[2, 2]"});
}

}  // namespace
}  // namespace lepton::metrics
