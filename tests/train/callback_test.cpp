// Callbacks, early stopping, the best checkpoint, and steps that fail.
#include "lepton/train/callback.hpp"

#include <cmath>
#include <limits>

#include "lepton/metrics/accuracy.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/train/predict.hpp"
#include "tests/train/support.hpp"

namespace lepton {
namespace {

TEST(Callback, is_called_at_every_turn) {
  struct Writes final : Callback {
    std::string text;
    void training_begins(Session&) override { text += "("; }
    void epoch_begins(Session& s) override { text += "e" + std::to_string(s.at.epoch); }
    void step_begins(Session&, const data::Batch& b) override { text += b[0].size(0) == 32 ? "<" : "{"; }
    void step_done(Session& s, const data::Batch&) override {
      text += std::isfinite(s.step_loss) ? ">" : "?";
    }
    void epoch_ends(Session&, const EpochReport& e) override { text += "E" + std::to_string(e.epoch); }
    void training_ends(Session&, const Report& r) override { text += ")" + std::to_string(r.epochs_done); }
  } writes;
  Trained({.epochs = 2, .callbacks = {&writes}});
  EXPECT_EQ(writes.text, "(e1<><><>{>E1e2<><><>{>E2)2");
}

TEST(Callback, stops_and_the_training_can_be_resumed) {
  const TempFolder folder;
  struct Stops final : Callback {
    void step_done(Session& s, const data::Batch&) override {
      if (s.at.epoch == 2 && s.at.step == 3) s.stop("enough");
    }
  } stops;
  const Trained first({.epochs = 4, .save = folder / "run", .callbacks = {&stops}});
  EXPECT_EQ(first.report.stopped, "enough");
  EXPECT_FALSE(first.report.interrupted);
  EXPECT_EQ(first.report.steps, 7);
  const Trained rest({.epochs = 4, .resume = folder / "run"});
  EXPECT_EQ(rest.weights(), Trained({.epochs = 4}).weights());
}

TEST(Callback, may_evaluate_in_the_middle_of_an_epoch) {
  struct Evaluates final : Callback {
    data::Dataset data = problem(40);
    std::vector<double> accuracies;
    void step_done(Session& s, const data::Batch&) override {
      if (s.at.step % 3 != 0) return;
      auto& net = dynamic_cast<nn::Sequential&>(s.model);
      accuracies.push_back(evaluate(net, data, {{"accuracy", metrics::Accuracy()}})[0].value);
      EXPECT_EQ(predict(net, data).size(0), 40);
      EXPECT_TRUE(net.training());
    }
  } evaluates;
  const Trained watched({.epochs = 20, .callbacks = {&evaluates}});
  EXPECT_EQ(watched.weights(), Trained({.epochs = 20}).weights());
  ASSERT_EQ(evaluates.accuracies.size(), 20u);
  EXPECT_GT(evaluates.accuracies.back(), 0.7);
}

/// Ruins the weights from an epoch on, and keeps those of before.
struct Ruins final : Callback {
  std::int64_t from;
  std::vector<float> good;
  explicit Ruins(std::int64_t epoch) : from(epoch) {}
  void epoch_begins(Session& s) override {
    if (s.at.epoch != from) return;
    good = weights(s.model);
    const NoGrad no_grad;
    for (const auto& [name, t] : s.model.named_parameters()) t.zero_();
  }
};

TEST(FitMonitor, stops_early_and_keeps_the_best) {
  const TempFolder folder;
  Ruins ruins(4);
  const Trained run({.epochs = 20,
                     .validation = problem(),
                     .metrics = {{"accuracy", metrics::Accuracy()}},
                     .callbacks = {&ruins},
                     .monitor = "accuracy",
                     .goal = optim::PlateauMode::max,
                     .patience = 2,
                     .save_best = folder / "best"});
  EXPECT_EQ(run.report.epochs.size(), 5u);
  EXPECT_EQ(run.report.epochs_done, 5);
  EXPECT_EQ(run.report.best_epoch, 3);
  EXPECT_EQ(run.report.best, run.report.epochs[2].validation[1].value);
  EXPECT_EQ(run.report.stopped, "accuracy was not better for 2 epochs");
  nn::Sequential net = network();
  io::load_model(folder / "best/model.safetensors", net);
  EXPECT_EQ(weights(net), ruins.good);
  expect_error([] { Trained({.validation = problem(), .monitor = "f1"}); },
               {"[fit]", "'f1'", "there are loss"});
}

TEST(FitMonitor, counts_across_a_resumption) {
  const TempFolder folder;
  Ruins ruins(3);
  const FitOptions options{.epochs = 20, .validation = problem(), .callbacks = {&ruins}, .patience = 3};
  const Trained whole(options);
  FitOptions part = options;
  part.epochs = 4;
  part.save = folder / "run";
  const Trained first(part);
  part = options;
  part.resume = folder / "run";
  const Trained rest(part);
  EXPECT_EQ(rest.report.epochs_done, whole.report.epochs_done);
  EXPECT_EQ(rest.report.best_epoch, 2);
  EXPECT_EQ(rest.weights(), whole.weights());
}

/// The problem's samples, some of which are bad: 7 holds NaN, 50 cannot be read, 90 has a label that there is not.
struct Spoilt {
  data::Dataset good = problem();
  std::int64_t size() const { return 100; }
  data::Batch batch(std::span<const std::int64_t> rows) const {
    data::Batch b = good.batch(rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i] == 7) b[0].data<float>()[8 * i] = std::numeric_limits<float>::quiet_NaN();
      if (rows[i] == 50) throw Error("photo 50", "is broken");
      if (rows[i] == 90) b[1].data<std::int64_t>()[i] = 77;
    }
    return b;
  }
};

class BadStep : public testing::TestWithParam<std::tuple<StepMode, int>> {};
INSTANTIATE_TEST_SUITE_P(Modes, BadStep,
                         testing::Combine(testing::Values(StepMode::eager, StepMode::captured),
                                          testing::Values(0, 2)));

TEST_P(BadStep, is_skipped_with_a_note_that_names_it) {
  const auto [mode, workers] = GetParam();
  struct Watches final : Callback {
    std::vector<std::string> notes;
    std::vector<float> before;
    int unchanged = 0;
    void noted(Session&, const std::string& text) override { notes.push_back(text); }
    void step_begins(Session& s, const data::Batch&) override { before = weights(s.model); }
    void step_done(Session& s, const data::Batch&) override { unchanged += before == weights(s.model); }
  } watches;
  const Trained run({.epochs = 2,
                     .batch_size = 4,
                     .step = mode,
                     .workers = workers,
                     .callbacks = {&watches},
                     .on_bad_step = OnBadStep::skip},
                    data::Dataset(Spoilt()));
  for (const float w : run.weights()) ASSERT_TRUE(std::isfinite(w));
  ASSERT_EQ(run.report.notes.size(), 6u);  // three bad samples, each in a batch of its own, in two epochs
  EXPECT_EQ(run.report.notes, watches.notes);
  EXPECT_EQ(watches.unchanged, 4);  // two of them have got as far as a step
  for (const EpochReport& epoch : run.report.epochs) {
    EXPECT_EQ(epoch.steps, 22);
    EXPECT_EQ(epoch.skipped, 3);
    EXPECT_TRUE(std::isfinite(epoch.loss));
  }
  const auto noted = [&](const std::string& what, const std::string& sample) {
    int count = 0;
    for (const std::string& note : watches.notes)
      count += note.find(what) != note.npos && note.find(sample) != note.npos && note.starts_with("epoch ");
    return count;
  };
  EXPECT_EQ(noted("the loss is nan", "7"), 2);
  EXPECT_EQ(noted("[photo 50] is broken", "50"), 2);
  EXPECT_EQ(noted("77", "90"), 2);
}

TEST_P(BadStep, stops_where_that_is_asked) {
  const auto [mode, workers] = GetParam();
  expect_error(
      [&, m = mode, w = workers] {
        Trained({.batch_size = 1, .step = m, .workers = w}, data::subset(Spoilt(), {1, 2, 50}));
      },
      {"[fit] epoch 1, step ", "(sample ", "[photo 50] is broken"});
}

TEST(BadStep, accumulated_batches_are_skipped_together) {
  const Trained run({.batch_size = 4, .accumulate = 5, .on_bad_step = OnBadStep::skip},
                    data::Dataset(Spoilt()));
  for (const float w : run.weights()) ASSERT_TRUE(std::isfinite(w));
  EXPECT_GE(run.report.notes.size(),
            3u);  // and the update that the NaN is part of, where it is not in its last batch
  EXPECT_GT(run.report.epochs[0].steps, 2);
}

}  // namespace
}  // namespace lepton
