// Metrics with weights of samples, ties and empty classes: the figures of scikit-learn, also in parts that are merged.
#include <cmath>

#include "lepton/metrics/average_precision.hpp"
#include "lepton/metrics/precision_recall.hpp"
#include "lepton/metrics/probability.hpp"
#include "lepton/metrics/regression.hpp"
#include "lepton/metrics/top_k.hpp"
#include "lepton/tensor/factory.hpp"
#include "tests/data/support.hpp"
#include "tests/metrics/golden_cases.hpp"

namespace lepton::metrics {
namespace {

using data::expect_error;

/// A metric fed with the first third and the rest, each by itself, and merged.
template <class M> M in_parts(const M& fresh, const Tensor& x, const Tensor& y, const Tensor& w) {
  const std::int64_t third = y.size(0) / 3;
  M first = fresh, rest = fresh;
  first.update(x.slice(0, 0, third), y.slice(0, 0, third), w.slice(0, 0, third));
  rest.update(x.slice(0, third), y.slice(0, third), w.slice(0, third));
  first.merge(rest);
  return first;
}

TEST(WeightedGolden, Classes) {
  for (const WeightedCase& c : kWeightedCases) {
    SCOPED_TRACE(c.classes);
    const std::int64_t n = std::int64_t(c.labels.size());
    const Tensor x = tensor(c.logits, {n, c.classes}), y = tensor(c.labels, {n}), w = tensor(c.weights, {n});
    const auto& right = c.figures;
    EXPECT_NEAR(in_parts(TopK(c.k), x, y, w).value(), right[0], 1e-12);
    std::size_t next = 1;
    for (const Average average : {Average::binary, Average::macro, Average::micro, Average::weighted}) {
      const PrecisionRecall figures = in_parts(PrecisionRecall(c.classes, average), x, y, w);
      for (const double value : {figures.precision(), figures.recall(), figures.f1()}) {
        const double wanted = right[next++];
        EXPECT_TRUE(std::isnan(wanted) || std::fabs(value - wanted) < 1e-12)
            << value << ", not " << wanted << ", average " << int(average);
      }
    }
    EXPECT_NEAR(in_parts(AveragePrecision(), x, y, w).value(), right[next++], 1e-12);
    EXPECT_NEAR(in_parts(LogLoss(), x, y, w).value(), right[next++], 1e-12);
    EXPECT_NEAR(in_parts(BrierScore(), x, y, w).value(), right[next++], 1e-12);
    EXPECT_NEAR(in_parts(CalibrationError(10), x, y, w).value(), right[next++], 1e-12);
    ASSERT_EQ(next, right.size());
  }
}

TEST(WeightedGolden, Numbers) {
  for (const WeightedNumbers& c : kWeightedNumbers) {
    const std::int64_t n = std::int64_t(c.target.size());
    const Regression r =
        in_parts(Regression(), tensor(c.prediction, {n}), tensor(c.target, {n}), tensor(c.weights, {n}));
    EXPECT_NEAR(r.r2(), c.r2, 1e-12);
    EXPECT_NEAR(r.mae(), c.mae, 1e-12);
    EXPECT_NEAR(r.mse(), c.mse, 1e-12);
    EXPECT_NEAR(r.mape(), c.mape, 1e-12 * c.mape);
  }
}

TEST(Weighted, NothingSeenIsNoNumber) {
  EXPECT_TRUE(std::isnan(TopK(1).value()));
  EXPECT_TRUE(std::isnan(AveragePrecision().value()));
  EXPECT_TRUE(std::isnan(LogLoss().value()));
  EXPECT_TRUE(std::isnan(BrierScore().value()));
  EXPECT_TRUE(std::isnan(CalibrationError().value()));
  EXPECT_EQ(PrecisionRecall(2).value(), 0);
}

TEST(Weighted, OneLogitIsTwoClasses) {
  const Tensor z = tensor({0.5f, -2.f, 1.f}), y = tensor<std::int64_t>({1, 0, 0});
  LogLoss loss;
  loss.update(z, y);
  EXPECT_NEAR(loss.value(),
              (std::log1p(std::exp(-0.5)) + std::log1p(std::exp(-2.0)) + std::log1p(std::exp(1.0))) / 3,
              1e-7);
  TopK sure(2);
  sure.update(z, y);
  EXPECT_EQ(sure.value(), 1);
}

TEST(CalibrationError, OfSureAndRightAnswersIsNone) {
  CalibrationError error(4);
  error.update(tensor({{50.f, 0.f}, {0.f, 50.f}}), tensor<std::int64_t>({0, 1}));
  EXPECT_NEAR(error.value(), 0, 1e-12);
  error.update(tensor({{50.f, 0.f}, {0.f, 50.f}}), tensor<std::int64_t>({1, 0}));
  EXPECT_NEAR(error.value(), 0.5, 1e-12);
  EXPECT_NEAR(error.largest(), 0.5, 1e-12);
}

TEST(Weighted, Refuses) {
  const Tensor x = zeros({3, 2}), y = zeros({3}, {.dtype = i64});
  expect_error([&] { TopK(0); }, {"[top_k] k must be at least 1"});
  expect_error([&] { TopK(1).merge(TopK(2)); }, {"[top_k] of 2 does not merge into one of 1"});
  expect_error([&] { LogLoss().update(x, y, ones({2})); }, {"[log_loss] weights [2] do not fit target [3]"});
  expect_error([&] { BrierScore().update(x, full({3}, 2, {.dtype = i64})); },
               {"[brier_score] target 2", "none of 2 classes"});
  expect_error([&] { CalibrationError(3).merge(CalibrationError(4)); }, {"of 4 bins"});
  expect_error([&] { PrecisionRecall(2).update(x, full({3}, 2, {.dtype = i64})); },
               {"class 2 is not one of 2"});
  AveragePrecision two;
  two.update(x, y);
  expect_error(
      [&] {
        two.update(zeros({3, 4}), y);
      },
      {"[average_precision] has seen 2 classes before, now 4"});
  expect_error([&] { Regression().update(zeros({3}), zeros({3}), ones({2})); }, {"[regression] weights [2]"});
}

}  // namespace
}  // namespace lepton::metrics
