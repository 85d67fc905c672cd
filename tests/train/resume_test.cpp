// Checkpoints of a training: a run that was stopped and resumed ends with the bits of one that was not.
#include <fstream>

#include "lepton/train/interrupt.hpp"
#include "tests/train/support.hpp"

namespace lepton {
namespace {

/// Interrupts after a step, counted from 1 over all epochs of this run.
struct StopAfter final : Progress {
  explicit StopAfter(std::int64_t n) : left(n) {}
  void step_done(const TrainingPosition&) override {
    if (--left == 0) request_interrupt();
  }
  std::int64_t left;
};

class Resume : public ::testing::Test {
 protected:
  ~Resume() override { clear_interrupt(); }
  TempFolder folder_;
};
class ResumeBits : public Resume, public ::testing::WithParamInterface<StepMode> {};
INSTANTIATE_TEST_SUITE_P(Steps, ResumeBits, ::testing::Values(StepMode::eager, StepMode::captured),
                         [](const auto& mode) {
                           return mode.param == StepMode::eager ? "eager" : "captured";
                         });

TEST_P(ResumeBits, AtTheEndOfAnEpoch) {
  const std::string dir = folder_ / "run";
  const Trained first({.epochs = 2, .save = dir, .step = GetParam()});
  manual_seed(99);  // what the rest of a program draws does not matter
  const Trained rest({.epochs = 5, .resume = dir, .step = GetParam()});
  EXPECT_EQ(rest.weights(), Trained({.epochs = 5, .step = GetParam()}).weights());
  EXPECT_EQ(rest.report.epochs.front().epoch, 3);
  EXPECT_EQ(rest.report.epochs_done, 5);
  EXPECT_EQ(rest.report.steps, 20);
}

TEST_P(ResumeBits, InTheMiddleOfAnEpoch) {
  const std::string dir = folder_ / "run";
  for (const std::int64_t steps : {1, 6, 8}) {  // of 4 an epoch; 8 is the very end of one
    clear_interrupt();
    StopAfter stop(steps);
    const Trained first({.epochs = 4, .progress = &stop, .save = dir, .step = GetParam()});
    EXPECT_TRUE(first.report.interrupted);
    EXPECT_EQ(first.report.steps, steps);
    EXPECT_EQ(first.report.epochs_done, steps / 4);
    clear_interrupt();
    const Trained rest({.epochs = 4, .resume = dir, .step = GetParam()});
    EXPECT_EQ(rest.weights(), Trained({.epochs = 4, .step = GetParam()}).weights()) << "after step " << steps;
    EXPECT_EQ(rest.report.steps, 16);
  }
}

TEST_F(Resume, EveryEpochIsSaved) {
  // An error in epoch 3 leaves the checkpoint of epoch 2.
  const std::string dir = folder_ / "run";
  struct Fails final : Progress {
    void epoch_begins(const TrainingPosition& at) override {
      if (at.epoch == 3) throw Error("test", "power cut");
    }
  } fails;
  expect_error([&] { Trained({.epochs = 5, .progress = &fails, .save = dir}); }, {"power cut"});
  EXPECT_EQ(Trained({.epochs = 5, .resume = dir}).weights(), Trained({.epochs = 5}).weights());
}

TEST_F(Resume, NothingLeftToDo) {
  const std::string dir = folder_ / "run", copy = folder_ / "copy";
  const Trained first({.epochs = 2, .save = dir});
  const Trained again({.epochs = 2, .save = copy, .resume = dir});
  EXPECT_TRUE(again.report.epochs.empty());
  EXPECT_EQ(again.report.epochs_done, 2);
  EXPECT_EQ(again.weights(), first.weights());
  EXPECT_EQ(Trained({.epochs = 3, .resume = copy}).weights(), Trained({.epochs = 3}).weights());
}

TEST_F(Resume, InterruptedBeforeItBegins) {
  request_interrupt();
  const Trained run({.epochs = 2, .save = folder_ / "run"});
  EXPECT_TRUE(run.report.interrupted);
  EXPECT_EQ(run.report.steps, 0);
  clear_interrupt();
  EXPECT_EQ(Trained({.epochs = 2, .resume = folder_ / "run"}).weights(), Trained({.epochs = 2}).weights());
}

TEST_F(Resume, LearningRate) {
  const std::string dir = folder_ / "run";
  const Trained first({.save = dir, .lr = 0.125});
  nn::Sequential net = network();
  optim::Adam adam(net.parameters(), {.lr = 1});
  fit(net, adam, cross_entropy, problem(), {.epochs = 2, .resume = dir});
  EXPECT_EQ(adam.lr(), 0.125);
  fit(net, adam, cross_entropy, problem(), {.epochs = 2, .resume = dir, .lr = 0.5});
  EXPECT_EQ(adam.lr(), 0.5);
}

TEST_F(Resume, Refuses) {
  const std::string dir = folder_ / "run";
  StopAfter stop(2);
  const Trained first({.progress = &stop, .save = dir, .seed = 3});
  clear_interrupt();
  expect_error([&] { Trained({.resume = dir}); }, {dir, "seed 3, not 0"});
  expect_error([&] { Trained({.batch_size = 10, .resume = dir, .seed = 3}); },
               {dir, "batch size 32, not 10"});
  expect_error([&] { Trained({.resume = dir, .seed = 3}, problem(90)); }, {dir, "samples 100, not 90"});
  expect_error([&] { Trained({.resume = folder_ / "none"}); }, {"none"});

  nn::Sequential other = network(20);
  optim::Adam adam(other.parameters());
  expect_error([&] { fit(other, adam, cross_entropy, problem(), {.resume = dir, .seed = 3}); },
               {"model.safetensors", "[16, 8]", "[20, 8]"});

  std::ofstream(folder_ / "file") << "no folder";
  expect_error([&] { Trained({.save = folder_ / "file"}); }, {"file"});
}

}  // namespace
}  // namespace lepton
