// Mixed precision in fit and evaluate, and what a resumed training says of another one.
#include "lepton/core/autocast.hpp"

#include "lepton/compile/tune.hpp"
#include "lepton/io/checkpoint.hpp"
#include "lepton/metrics/accuracy.hpp"
#include "tests/support/tuning.hpp"
#include "tests/train/support.hpp"

namespace lepton {
namespace {

using test::kAllBf16;
using test::Tuned;

class FitAutocast : public testing::TestWithParam<StepMode> {};
INSTANTIATE_TEST_SUITE_P(Steps, FitAutocast, testing::Values(StepMode::eager, StepMode::captured),
                         [](const auto& mode) { return mode.param == StepMode::eager ? "eager" : "captured"; });

TEST_P(FitAutocast, trains_in_bf16_to_the_same_accuracy) {
  const Tuned tuned(kAllBf16);
  const data::Dataset data = problem(400);
  const std::vector<Metric> metrics = {{"accuracy", metrics::Accuracy()}};
  FitOptions options{.epochs = 15, .validation = data, .metrics = metrics, .step = GetParam()};
  const Trained plain(options, data);
  options.autocast = bf16;
  const Trained mixed(options, data);
  EXPECT_NE(mixed.weights(), plain.weights());
  EXPECT_EQ(autocast_dtype(), f32);
  const auto figure = [](const Trained& run, std::size_t i) { return run.report.epochs.back().validation[i].value; };
  EXPECT_NEAR(figure(mixed, 0), figure(plain, 0), 0.03);
  EXPECT_GT(figure(mixed, 1), 0.97);
  for (const auto& [name, t] : mixed.net.state()) EXPECT_EQ(t.dtype(), f32) << name;
}

TEST_P(FitAutocast, follows_a_guard_around_it) {
  const Tuned tuned(kAllBf16);
  const Trained option({.epochs = 2, .step = GetParam(), .autocast = bf16});
  const Autocast guard(bf16);
  EXPECT_EQ(Trained({.epochs = 2, .step = GetParam()}).weights(), option.weights());
  EXPECT_NE(Trained({.epochs = 2, .step = GetParam(), .autocast = f32}).weights(), option.weights());
}

TEST_P(FitAutocast, resumes_bit_for_bit) {
  const Tuned tuned(kAllBf16);
  const TempFolder folder;
  const Trained first({.epochs = 2, .save = folder / "run", .step = GetParam(), .autocast = bf16});
  const Trained rest({.epochs = 4, .resume = folder / "run", .step = GetParam(), .autocast = bf16});
  EXPECT_EQ(rest.weights(), Trained({.epochs = 4, .step = GetParam(), .autocast = bf16}).weights());
  EXPECT_TRUE(rest.report.notes.empty());
}

TEST(FitAutocastRefuses, types_that_cannot_be_honoured) {
  expect_error([] { Trained({.autocast = f16}); }, {"[Autocast]", "bf16"});
  expect_error([] { Trained({.autocast = i32}); }, {"[Autocast]", "i32"});
}

TEST(EvaluateAutocast, runs_under_the_option) {
  const Tuned tuned(kAllBf16);
  struct Watches : nn::Module {
    nn::Linear inner{8, 3};
    DType seen = f64;
    Tensor operator()(const Tensor& x) {
      seen = autocast_dtype();
      return inner(x);
    }
    LEPTON_FIELDS(inner)
  } net;
  evaluate(net, problem(), {{"accuracy", metrics::Accuracy()}}, {.autocast = bf16});
  EXPECT_EQ(net.seen, bf16);
  EXPECT_EQ(autocast_dtype(), f32);
  evaluate(net, problem(), {{"accuracy", metrics::Accuracy()}});
  EXPECT_EQ(net.seen, f32);
}

TEST(ResumeNotes, another_autocast_or_tuning_is_told_and_no_failure) {
  const TempFolder folder;
  const std::string dir = folder / "run";
  {
    const Tuned tuned(kAllBf16);
    const Trained first({.save = dir, .autocast = bf16});
    EXPECT_TRUE(first.report.notes.empty());
  }
  const Trained rest({.epochs = 2, .resume = dir});
  ASSERT_EQ(rest.report.notes.size(), 2u);
  EXPECT_TRUE(rest.report.notes[0].starts_with("resumed with another tuning: ")) << rest.report.notes[0];
  EXPECT_TRUE(rest.report.notes[0].ends_with(" before, now none")) << rest.report.notes[0];
  EXPECT_EQ(rest.report.notes[1], "resumed with another autocast: bf16 before, now f32");
  EXPECT_EQ(rest.report.epochs_done, 2);

  nn::Sequential net = network();
  optim::Adam adam(net.parameters());
  const std::string hash = io::load_checkpoint(dir, net, adam).tuning;
  const Tuned tuned(kAllBf16);
  EXPECT_EQ(hash, tuning_hash());
  const Trained same({.epochs = 2, .resume = dir, .autocast = bf16});
  EXPECT_TRUE(same.report.notes.empty());
}

TEST(ResumeNotes, checkpoints_without_either_say_nothing_of_them) {
  const TempFolder folder;
  const Trained first({.save = folder / "run"});
  const auto metadata = io::load_safetensors(folder / "run/training.safetensors").metadata;
  EXPECT_EQ(metadata.count("tuning") + metadata.count("extra.autocast"), 0u);
  EXPECT_TRUE(Trained({.epochs = 2, .resume = folder / "run"}).report.notes.empty());
}

}  // namespace
}  // namespace lepton
