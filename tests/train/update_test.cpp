// What an update is made of: accumulated batches, clipping, a scaler, schedules, averages.
#include <cmath>

#include "lepton/nn/batch_norm.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/optim/average.hpp"
#include "lepton/optim/sgd.hpp"
#include "lepton/train/update_bn.hpp"
#include "tests/train/support.hpp"

namespace lepton {
namespace {

/// Without dropout, so that batches may be cut in other ways.
nn::Sequential plain() {
  manual_seed(5);
  return nn::Sequential{nn::Linear(8, 16), relu, nn::Linear(16, 3)};
}

template <class Optimizer = optim::Sgd>
std::vector<float> trained(const FitOptions& options, double lr = 0.1, Report* report = nullptr) {
  nn::Sequential net = plain();
  Optimizer optimizer(net.parameters(), {.lr = lr});
  const Report r = fit(net, optimizer, cross_entropy, problem(), options);
  if (report) *report = r;
  return weights(net);
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double most = a.size() == b.size() ? 0 : INFINITY;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
    most = std::max(most, std::abs(double(a[i]) - b[i]));
  return most;
}

class FitUpdate : public testing::TestWithParam<StepMode> {};
INSTANTIATE_TEST_SUITE_P(Steps, FitUpdate, testing::Values(StepMode::eager, StepMode::captured),
                         [](const auto& mode) {
                           return mode.param == StepMode::eager ? "eager" : "captured";
                         });

TEST_P(FitUpdate, accumulated_batches_make_the_update_of_one) {
  Report report;
  // 100 samples: updates of 32, 32, 32 and 4, the last of one batch; with 12, of 48, 48 and 4.
  const auto parts =
      trained({.epochs = 3, .batch_size = 8, .step = GetParam(), .accumulate = 4}, 0.1, &report);
  EXPECT_LT(largest_difference(parts, trained({.epochs = 3, .batch_size = 32, .step = GetParam()})), 1e-6);
  EXPECT_EQ(report.epochs[0].steps, 4);
  EXPECT_EQ(report.steps, 12);
  EXPECT_LT(largest_difference(trained({.epochs = 2, .batch_size = 12, .step = GetParam(), .accumulate = 4}),
                               trained({.epochs = 2, .batch_size = 48, .step = GetParam()})),
            1e-6);
}

TEST_P(FitUpdate, clips_by_norm_and_value) {
  const auto moved = [&](const FitOptions& options) {
    const auto before = weights(plain()), after = trained(options, 1);
    double square = 0, most = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      square += std::pow(double(after[i]) - before[i], 2);
      most = std::max(most, std::abs(double(after[i]) - before[i]));
    }
    return std::pair(std::sqrt(square), most);
  };
  const FitOptions one{.batch_size = 100, .step = GetParam()};
  FitOptions norm = one, value = one;
  norm.max_norm = 0.01;
  value.max_value = 0.001;
  EXPECT_GT(moved(one).first, 0.1);
  EXPECT_NEAR(moved(norm).first, 0.01, 1e-6);
  EXPECT_NEAR(moved(value).second, 0.001, 1e-7);
}

TEST_P(FitUpdate, a_scaled_loss_gives_the_same_steps) {
  const auto bare = trained({.epochs = 2, .step = GetParam(), .max_norm = 0.5});
  optim::GradScaler scaler({.init_scale = 1024, .growth_interval = 3});
  EXPECT_EQ(trained({.epochs = 2, .step = GetParam(), .max_norm = 0.5, .scaler = &scaler}), bare);
  EXPECT_EQ(scaler.current_scale(), 1024 * 4);  // 8 updates
  optim::GradScaler high({.init_scale = 1e38, .backoff_factor = 1e-3});
  nn::Sequential net = plain();
  optim::Sgd sgd(net.parameters(), {.lr = 1e-3});
  const auto large = [](nn::Sequential& m, const data::Batch& b) {
    return cross_entropy(m(b[0]), b[1]) * 100;
  };
  const Report report =
      fit(net, sgd, large, problem(), {.step = GetParam(), .max_value = 10, .scaler = &high});
  EXPECT_EQ(report.epochs[0].skipped, 1);
  EXPECT_EQ(report.epochs[0].steps, 3);
}

TEST(FitSchedule, sets_the_rate_by_step_and_by_epoch) {
  const optim::Schedule halves = optim::ExponentialLr{.gamma = 0.5};
  Report report;
  trained({.epochs = 2, .schedules = {halves}, .schedule_every = Every::epoch}, 0.8, &report);
  EXPECT_DOUBLE_EQ(report.epochs[0].lr, 0.8);
  EXPECT_DOUBLE_EQ(report.epochs[1].lr, 0.4);
  trained({.epochs = 2, .schedules = {halves}}, 0.8, &report);  // 4 updates an epoch
  EXPECT_DOUBLE_EQ(report.epochs[0].lr, 0.8 / 8);
  EXPECT_DOUBLE_EQ(report.epochs[1].lr, 0.8 / 128);
  trained({.batch_size = 10, .accumulate = 5, .schedules = {halves}}, 0.8, &report);  // 2 updates
  EXPECT_DOUBLE_EQ(report.epochs[0].lr, 0.4);
}

TEST(FitSchedule, a_plateau_follows_the_figure_that_is_watched) {
  Report report;
  const FitOptions options{
      .epochs = 4, .validation = problem(), .plateau = optim::PlateauOptions{.patience = 0}};
  trained(options, 0, &report);  // nothing changes: no epoch is better than the first
  EXPECT_EQ(report.best_epoch, 1);
  nn::Sequential net = plain();
  optim::Sgd sgd(net.parameters(), {.lr = 1e-20});
  fit(net, sgd, cross_entropy, problem(), options);
  EXPECT_EQ(sgd.lr(), 1e-20);  // smaller changes than eps are not made
  sgd.set_lr(1e-6);
  FitOptions up = options;
  up.plateau->eps = 0;
  up.goal = optim::PlateauMode::max;
  fit(net, sgd, cross_entropy, problem(), up);  // the loss falls, which is not what was asked for
  EXPECT_NEAR(sgd.lr(), 1e-9, 1e-15);
  expect_error([&] { trained({.schedules = {optim::CosineLr{4}}, .plateau = optim::PlateauOptions{}}); },
               {"[fit]", "plateau"});
}

TEST(FitAverages, an_ema_follows_every_update_and_is_validated) {
  nn::Sequential net = plain();
  optim::Sgd sgd(net.parameters(), {.lr = 0.1});
  optim::Ema ema(net, {.decay = 0.9});
  struct Follows final : Callback {
    std::vector<double> mean;
    void step_done(Session& s, const data::Batch&) override {
      const auto now = weights(s.model);
      if (mean.empty()) mean.assign(now.begin(), now.end());
      for (std::size_t i = 0; i < now.size(); ++i) mean[i] = 0.9 * mean[i] + 0.1 * now[i];
    }
  } follows;
  const Report report =
      fit(net, sgd, cross_entropy, problem(),
          {.epochs = 3, .validation = problem(), .callbacks = {&follows}, .averages = {{"ema", ema}}});
  const auto average = weights(ema.model());
  for (std::size_t i = 0; i < average.size(); ++i) EXPECT_NEAR(average[i], follows.mean[i], 1e-5);
  const auto& figures = report.epochs.back().validation;
  ASSERT_EQ(figures.size(), 2u);
  EXPECT_EQ(figures[1].name, "ema_loss");
  const data::Dataset all = problem();
  std::vector<std::int64_t> rows(100);
  for (std::size_t i = 0; i < 100; ++i) rows[i] = std::int64_t(i);
  const data::Batch batch = all.batch(rows);
  EXPECT_NEAR(figures[1].value, cross_entropy(ema.model()(batch[0]), batch[1]).item(), 1e-5);
  expect_error(
      [&] {
        fit(net, sgd, cross_entropy, problem(), {.averages = {{"optim", ema}}});
      },
      {"optim", "name"});
}

struct Pictures : nn::Module {  // [N, 8] as pictures of 2 channels
  nn::BatchNorm2d norm{2};
  nn::Linear last{8, 3};
  Tensor operator()(const Tensor& x) { return last(norm(x.reshape({-1, 2, 2, 2})).reshape({-1, 8})); }
  LEPTON_FIELDS(norm, last)
};

TEST(FitAverages, swa_takes_epochs_and_statistics_from_the_data) {
  const data::Dataset data = problem(96);
  manual_seed(3);
  Pictures net;
  optim::Sgd sgd(net.parameters(), {.lr = 0.1});
  optim::Swa swa(net);
  const AveragedOptions each{.every = Every::epoch, .after_epochs = 1, .statistics = Statistics::recomputed};
  fit(net, sgd, cross_entropy, data, {.epochs = 3, .validation = data, .averages = {{"swa", swa, each}}});
  // Three batches of 32: the mean of their means and of their variances.
  std::vector<double> mean(2), variance(2);
  for (std::int64_t b = 0; b < 3; ++b) {
    std::vector<std::int64_t> rows(32);
    for (std::size_t i = 0; i < 32; ++i) rows[i] = b * 32 + std::int64_t(i);
    const auto x = data.batch(rows)[0].to_vector<double>();
    for (std::size_t c = 0; c < 2; ++c) {
      double sum = 0, square = 0;
      for (std::size_t i = 0; i < 32; ++i)
        for (std::size_t k = 0; k < 4; ++k) sum += x[i * 8 + c * 4 + k];
      for (std::size_t i = 0; i < 32; ++i)
        for (std::size_t k = 0; k < 4; ++k) square += std::pow(x[i * 8 + c * 4 + k] - sum / 128, 2);
      mean[c] += sum / 128 / 3;
      variance[c] += square / 127 / 3;
    }
  }
  const auto got_mean = swa.model().norm.running_mean->to_vector<double>(),
             got_variance = swa.model().norm.running_var->to_vector<double>();
  for (std::size_t c = 0; c < 2; ++c) {
    EXPECT_NEAR(got_mean[c], mean[c], 1e-6);
    EXPECT_NEAR(got_variance[c], variance[c], 1e-5);
  }
  EXPECT_EQ(swa.model().norm.num_batches_tracked->item(), 3);
}

}  // namespace
}  // namespace lepton
