// fit: that it learns, what it reports, what it refuses, and what it leaves as it was.
#include "lepton/train/fit.hpp"

#include <cmath>
#include <limits>

#include "lepton/metrics/accuracy.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/optim/sgd.hpp"
#include "tests/train/support.hpp"

namespace lepton {
namespace {

TEST(Fit, Learns) {
  const data::Dataset data = problem(400);
  const Trained run({.epochs = 15, .validation = data, .metrics = {{"accuracy", metrics::Accuracy()}}}, data);
  ASSERT_EQ(run.report.epochs.size(), 15u);
  const EpochReport& last = run.report.epochs.back();
  EXPECT_LT(last.loss, run.report.epochs.front().loss);
  EXPECT_EQ(last.validation[0].name, "loss");
  EXPECT_LT(last.validation[0].value, 0.1);
  EXPECT_EQ(last.validation[1].name, "accuracy");
  EXPECT_GT(last.validation[1].value, 0.97);
}

TEST(Fit, Reports) {
  const Trained run({.epochs = 2});
  EXPECT_EQ(run.report.epochs_done, 2);
  EXPECT_EQ(run.report.steps, 8);
  EXPECT_FALSE(run.report.interrupted);
  const EpochReport& second = run.report.epochs[1];
  EXPECT_EQ(second.epoch, 2);
  EXPECT_EQ(second.steps, 4);
  EXPECT_EQ(second.samples, 100);
  EXPECT_GT(second.seconds, 0);
  EXPECT_TRUE(second.validation.empty());
}

TEST(Fit, LossIsTheMeanOverSamples) {
  // Without a change of weights, the loss of an epoch is that of all samples at once.
  const data::Dataset data = problem();
  nn::Linear model(8, 3);
  optim::Sgd sgd(model.parameters(), {.lr = 0});
  const Report report = fit(model, sgd, cross_entropy, data, {});
  std::vector<std::int64_t> all(100);
  for (std::size_t i = 0; i < 100; ++i) all[i] = std::int64_t(i);
  const data::Batch whole = data.batch(all);
  EXPECT_NEAR(report.epochs[0].loss, cross_entropy(model(whole[0]), whole[1]).item(), 1e-6);
}

TEST(Fit, LossOfModelAndBatch) {
  const data::Dataset data = problem();
  nn::Sequential net = network();
  optim::Adam adam(net.parameters(), {.lr = 1e-2});
  const auto loss = [](auto& m, const data::Batch& b) { return cross_entropy(m(b[0]), b[1]); };
  const Report report = fit(net, adam, loss, data,
                            {.epochs = 2, .validation = data, .metrics = {{"accuracy", metrics::accuracy}}});
  EXPECT_EQ(weights(net), Trained({.epochs = 2}).weights());
  ASSERT_EQ(report.epochs[0].validation.size(), 2u);
}

TEST(Fit, CapturedGivesTheSameBits) {
  EXPECT_EQ(Trained({.epochs = 3, .step = StepMode::eager}).weights(), Trained({.epochs = 3}).weights());
}

TEST(Fit, SaysWhereAStepCannotBeCaptured) {
  const data::Dataset data = problem();
  const auto train = [&](bool reads) {
    manual_seed(1);
    nn::Linear model(8, 3);
    optim::Sgd sgd(model.parameters(), {.lr = 0.1});
    const auto loss = [reads](nn::Linear& m, const data::Batch& b) {
      const Tensor value = cross_entropy(m(b[0]), b[1]);
      if (reads) value.item();
      return value;
    };
    const Report report = fit(model, sgd, loss, data, {.epochs = 2});
    EXPECT_EQ(report.notes.size(), reads ? 1u : 0u);
    for (const std::string& note : report.notes)
      EXPECT_NE(note.find("[item] a captured step must not read"), std::string::npos) << note;
    return model.parameters()[0].to_vector<float>();
  };
  EXPECT_EQ(train(true), train(false));
}

TEST(Fit, ThrowsWhereTheLossChangesItsMind) {
  const data::Dataset data = problem();
  nn::Linear model(8, 3);
  optim::Sgd sgd(model.parameters());
  int steps = 0;
  struct Count final : Progress {
    int* steps;
    void step_done(const TrainingPosition&) override { ++*steps; }
  } progress;
  progress.steps = &steps;
  const auto loss = [&](nn::Linear& m, const data::Batch& b) {
    return cross_entropy(steps < 50 ? m(b[0]) : tanh(m(b[0])), b[1]);
  };
  expect_error([&] { fit(model, sgd, loss, data, {.epochs = 60, .batch_size = 25, .progress = &progress}); },
               {"the step is not what was captured"});
}

TEST(Fit, OrderDependsOnTheSeed) {
  EXPECT_EQ(Trained({.workers = 0}).weights(), Trained({.workers = 3}).weights());
  EXPECT_NE(Trained({}).weights(), Trained({.seed = 1}).weights());
}

TEST(Fit, ValidationChangesNothing) {
  EXPECT_EQ(Trained({.epochs = 3}).weights(), Trained({.epochs = 3, .validation = problem(40)}).weights());
}

TEST(Fit, PutsModesBack) {
  nn::Sequential net = network();
  const data::Dataset data = problem();
  optim::Adam adam(net.parameters());
  nn::Dropout& dropout = net.at<nn::Dropout>(2);
  bool dropout_trained = true;
  const auto loss = [&](nn::Sequential& m, const data::Batch& b) {
    dropout_trained &= dropout.training();
    return cross_entropy(m(b[0]), b[1]);
  };

  net.eval();
  fit(net, adam, loss, data);
  EXPECT_TRUE(dropout_trained);
  EXPECT_FALSE(net.training());
  EXPECT_FALSE(dropout.training());

  net.train();
  dropout.eval();  // frozen by the user
  dropout_trained = false;
  fit(net, adam, loss, data, {.validation = data});
  EXPECT_FALSE(dropout_trained);
  EXPECT_TRUE(net.training());
  EXPECT_FALSE(dropout.training());
}

TEST(Fit, LearningRateOption) {
  nn::Linear model(8, 3);
  optim::Adam adam(model.parameters(), {.lr = 0.5});
  fit(model, adam, cross_entropy, problem(), {.lr = 0.25});
  EXPECT_EQ(adam.lr(), 0.25);
}

TEST(Fit, NamesTheStepOfANonFiniteLoss) {
  const data::Dataset data = problem();
  for (const StepMode mode : {StepMode::eager, StepMode::captured}) {
    nn::Linear model(8, 3);
    optim::Sgd sgd(model.parameters());
    Tensor factor = ones({});
    struct Breaks final : Progress {
      Tensor factor;
      void step_done(const TrainingPosition& at) override {
        if (at.epoch == 2 && at.step == 3) factor.fill_(std::numeric_limits<double>::quiet_NaN());
      }
    } progress;
    progress.factor = factor;
    const auto loss = [&](nn::Linear& m, const data::Batch& b) {
      return cross_entropy(m(b[0]), b[1]) * factor;
    };
    expect_error([&] { fit(model, sgd, loss, data, {.epochs = 3, .progress = &progress, .step = mode}); },
                 {"[fit]", "nan", "epoch 2", "step 4"});
  }
}

TEST(Fit, Refuses) {
  expect_error([] { Trained({.epochs = -1}); }, {"[fit]", "epochs"});
  expect_error([] { Trained({.batch_size = 0}); }, {"batch_size"});
  expect_error([] { Trained({.lr = -1}); }, {"[fit]", "lr"});
  const auto wrong_shape = [] {
    Trained({}, data::TensorDataset(randn({10, 7}), zeros({10}, {.dtype = i64})));
  };
  expect_error(wrong_shape, {"[10, 7]"});
}

TEST(Fit, LabelOutOfRange) {
  const data::Dataset data = data::TensorDataset(randn({10, 8}), full({10}, 3, {.dtype = i64}));
  expect_error([&] { Trained({}, data); }, {"[cross_entropy]", "3"});
}

}  // namespace
}  // namespace lepton
