// Exact resume: a training with everything that has a state, stopped anywhere and in any way, ends with the same bits.
#include <sys/resource.h>

#include <chrono>
#include <fstream>
#include <numeric>
#include <random>
#include <thread>

#include "lepton/data/transforms.hpp"
#include "lepton/io/checkpoint.hpp"
#include "lepton/nn/batch_norm.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/optim/average.hpp"
#include "lepton/tensor/factory.hpp"
#include "lepton/train/interrupt.hpp"
#include "tests/support/child.hpp"
#include "tests/support/tuning.hpp"
#include "tests/train/support.hpp"

namespace lepton {
namespace {

namespace fs = std::filesystem;
using test::Child;
using test::kAllBf16;
using test::Tuned;

struct Net : nn::Module {  // with running statistics and dropout
  nn::Linear first{8, 16};
  nn::BatchNorm2d norm{4};
  nn::Dropout dropout{0.3};
  nn::Linear last{16, 3};
  Tensor operator()(const Tensor& x) {
    const Tensor h = norm(first(x.reshape({-1, 8})).reshape({-1, 4, 2, 2})).reshape({-1, 16});
    return last(dropout(relu(h)));
  }
  LEPTON_FIELDS(first, norm, dropout, last)
};

/// The problem as pictures, which are flipped and shifted anew in each epoch.
data::Dataset augmented() {
  const data::Dataset rows = problem();
  std::vector<std::int64_t> all(std::size_t(rows.size()));
  std::iota(all.begin(), all.end(), 0);
  const data::Batch batch = rows.batch(all);
  return data::transformed(data::TensorDataset(batch[0].reshape({-1, 1, 2, 4}), batch[1]),
                           {data::Flip{}, data::RandomCrop{.height = 2, .width = 4, .padding = 1}}, 17);
}

/// Adam, a warm-up and a cosine by step, a growing scale, two averages, clipping, two batches an update, bf16,
/// augmentation, read ahead, validation that is watched: 13 steps an epoch.
struct Everything {
  const Tuned tuned{kAllBf16};
  Net net = made();
  optim::Adam adam{net.parameters(), {.lr = 1e-2}};
  optim::GradScaler scaler{{.init_scale = 4, .growth_interval = 5}};
  optim::Ema<Net> ema{net, {.decay = 0.9}};
  optim::Swa<Net> swa{net};
  Report report;

  static Net made() {
    manual_seed(5);
    return Net();
  }
  FitOptions options(std::int64_t epochs = 6) {
    FitOptions o{.epochs = epochs, .batch_size = 8, .validation = problem(40), .autocast = bf16};
    o.accumulate = 2;
    o.max_norm = 1;
    o.scaler = &scaler;
    o.schedules = {optim::SequentialLr{{optim::LinearLr{}, optim::CosineLr{60}}, {5}}};
    o.averages = {{"ema", ema}, {"swa", swa, {.every = Every::epoch}}};
    o.monitor = "ema_loss";
    o.patience = 100;
    return o;
  }
  Everything& run(const FitOptions& options) {
    report = fit(net, adam, cross_entropy, augmented(), options);
    return *this;
  }
  std::vector<double> result() {
    std::vector<double> all{adam.lr(), scaler.current_scale(), report.best, double(report.best_epoch),
                            double(report.steps)};
    const auto add = [&](const auto& named) {
      for (const auto& [name, t] : named)
        for (const double v : t.template to_vector<double>()) all.push_back(v);
    };
    add(net.state());
    add(adam.state());
    add(ema.state());
    add(swa.state());
    return all;
  }
};

std::vector<double> straight(std::int64_t epochs = 6) {
  Everything whole;
  return whole.run(whole.options(epochs)).result();
}

struct StopAfter final : Progress {
  explicit StopAfter(std::int64_t n) : left(n) {}
  void step_done(const TrainingPosition&) override {
    if (--left == 0) request_interrupt();
  }
  std::int64_t left;
};

class ExactResume : public testing::Test {
 protected:
  ~ExactResume() override { clear_interrupt(); }
  std::string dir() const { return folder_ / "run"; }
  std::vector<double> resumed() {
    clear_interrupt();
    manual_seed(77);
    Everything rest;
    FitOptions options = rest.options();
    options.resume = dir();
    rest.run(options);
    notes_ = rest.report.notes;
    return rest.result();
  }
  TempFolder folder_;
  std::vector<std::string> notes_;
};

TEST_F(ExactResume, FromAnyStep) {
  const auto whole = straight();
  for (const std::int64_t steps : {1, 2, 5, 12, 13, 14, 20, 26, 40}) {
    clear_interrupt();
    Everything part;
    StopAfter stop(steps);
    FitOptions options = part.options();
    options.save = dir();
    options.progress = &stop;
    part.run(options);
    EXPECT_TRUE(part.report.interrupted);
    EXPECT_EQ(resumed(), whole) << "after step " << steps;
    EXPECT_TRUE(notes_.empty()) << notes_[0];
  }
}

TEST_F(ExactResume, FromTheMiddleOfAValidation) {
  const auto whole = straight();
  for (const int after : {1, 4, 8, 12}) {  // batches of validation, of 5 for each of three models
    clear_interrupt();
    static int left;
    left = 15 + after;  // in the second epoch
    const auto interrupts = [](const Tensor&, const Tensor&) {
      if (--left == 0) request_interrupt();
      return 0.0;
    };
    Everything part;
    FitOptions options = part.options();
    options.save = dir();
    options.metrics = {{"interrupts", interrupts}};
    part.run(options);
    EXPECT_TRUE(part.report.interrupted);
    EXPECT_EQ(part.report.epochs_done, 2);
    EXPECT_TRUE(part.report.epochs.back().validation.empty());
    EXPECT_EQ(resumed(), whole) << after;
  }
}

TEST_F(ExactResume, FromTheOneBeforeADamagedCheckpoint) {
  Everything part;
  FitOptions options = part.options(3);
  options.save = dir();
  options.save_steps = 6;
  part.run(options);
  fs::resize_file(dir() + "/training.safetensors", 2000);
  EXPECT_EQ(resumed(), straight());
  ASSERT_EQ(notes_.size(), 1u);
  EXPECT_NE(notes_[0].find("the checkpoint before the last is used: "), std::string::npos) << notes_[0];
  EXPECT_NE(notes_[0].find("truncated"), std::string::npos) << notes_[0];
}

TEST_F(ExactResume, AFullDiskIsReportedAndTheRunGoesOn) {
  struct FillsDisk final : Callback {
    rlimit room{};
    FillsDisk() {
      getrlimit(RLIMIT_FSIZE, &room);
      ::signal(SIGXFSZ, SIG_IGN);
    }
    ~FillsDisk() override { ::signal(SIGXFSZ, SIG_DFL); }
    void epoch_begins(Session& s) override {
      const rlimit full{1000, room.rlim_max};
      setrlimit(RLIMIT_FSIZE, s.at.epoch == 2 || s.at.epoch == 6 ? &full : &room);
    }
    void training_ends(Session&, const Report&) override { setrlimit(RLIMIT_FSIZE, &room); }
  } disk;
  Everything run;
  FitOptions options = run.options();
  options.save = dir();
  options.callbacks = {&disk};
  run.run(options);
  EXPECT_EQ(run.result(), straight());
  ASSERT_EQ(run.report.notes.size(), 2u);
  EXPECT_TRUE(run.report.notes[0].starts_with("epoch 2, step 13: no checkpoint was written: ["))
      << run.report.notes[0];
  EXPECT_NE(run.report.save_error.find("model.safetensors"), std::string::npos);
  EXPECT_NE(run.report.save_error.find("cannot be written"), std::string::npos);
  EXPECT_EQ(resumed(), straight());  // from epoch 5
}

constexpr int kKilledEpochs = 10;

/// Not a test: the training that is killed. It goes on from its checkpoint, and leaves its result at the end.
TEST(ExactResumeChild, DISABLED_Trains) {
  const std::string folder = Child::folder();
  if (folder.empty()) GTEST_SKIP();
  struct Slow final : Callback {
    void step_done(Session&, const data::Batch&) override {
      std::this_thread::sleep_for(std::chrono::milliseconds(8));
    }
  } slow;
  Everything run;
  FitOptions options = run.options(kKilledEpochs);
  options.save = folder + "/run";
  options.save_steps = 3;
  options.callbacks = {&slow};
  if (fs::exists(options.save + "/training.safetensors")) options.resume = options.save;
  const auto result = run.run(options).result();
  const Tensor all = tensor(result, {std::int64_t(result.size())});
  io::save_safetensors(folder + "/result.safetensors", {{"result", all}});
}

TEST_F(ExactResume, KilledAtRandomInstants) {
  constexpr int kKills = 12;
  const char* const name = "ExactResumeChild.DISABLED_Trains";
  const std::string result = folder_ / "result.safetensors";
  std::mt19937 random(23);
  int killed = 0;
  for (int i = 0; i < kKills; ++i) {
    Child child(name, folder_ / "");
    std::this_thread::sleep_for(std::chrono::milliseconds(40 + random() % 80));
    killed += child.end(SIGKILL);
  }
  EXPECT_GT(killed, kKills / 2) << "it ends before it is killed";
  Child last(name, folder_ / "");
  EXPECT_EQ(last.wait(), 0);
  const auto saved = io::load_safetensors(result).tensors.at(0).second.to_vector<double>();
  EXPECT_EQ(saved, straight(kKilledEpochs));
}

/// Not a test: a training that takes its time over a step.
TEST(ExactResumeChild, DISABLED_Hangs) {
  const std::string folder = Child::folder();
  if (folder.empty()) GTEST_SKIP();
  struct Hangs final : Callback {
    std::string folder;
    void step_done(Session&, const data::Batch&) override {
      std::ofstream(folder + "/ready") << "now";
      std::this_thread::sleep_for(std::chrono::seconds(60));
    }
  } hangs;
  hangs.folder = folder;
  interrupt_on_signal();
  Trained({.callbacks = {&hangs}});
}

TEST_F(ExactResume, CtrlCTwiceEndsAtOnce) {
  Child child("ExactResumeChild.DISABLED_Hangs", folder_ / "");
  while (!fs::exists(folder_ / "ready")) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const auto start = std::chrono::steady_clock::now();
  child.send(SIGINT);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_TRUE(child.end(SIGINT));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

}  // namespace
}  // namespace lepton
