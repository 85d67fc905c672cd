// Checkpoints: a run that goes on as if it had not stopped, killed writers, and folders that must be refused.
#include "lepton/io/checkpoint.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <random>
#include <thread>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/io/state.hpp"
#include "lepton/nn/linear.hpp"
#include "lepton/nn/sequential.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/loss.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/optim/adam.hpp"
#include "lepton/optim/sgd.hpp"
#include "lepton/tensor/factory.hpp"
#include "tests/data/support.hpp"
#include "tests/support/child.hpp"

namespace lepton::io {
namespace {

namespace fs = data::fs;
using data::expect_error;
using data::TempFolder;

struct Training {
  nn::Sequential model{nn::Linear(4, 8), relu, nn::Linear(8, 1)};
  optim::Adam adam{model.parameters(), {.lr = 0.01}};

  void train(int steps) {
    for (int i = 0; i < steps; ++i) {
      const Tensor x = randn({16, 4});
      adam.zero_grad();
      mse_loss(model(x), dropout(x, 0.5).slice(1, 0, 1)).backward();
      adam.step();
    }
  }
  /// Sets every number in it.
  void fill(double value) {
    const NoGrad no_grad;
    for (const auto& [name, t] : model.state()) t.fill_(value);
    for (const auto& [name, t] : adam.state()) t.fill_(value);
  }
  std::vector<std::vector<double>> numbers() const {
    std::vector<std::vector<double>> result;
    for (const auto& [name, t] : model.state()) result.push_back(t.to_vector<double>());
    for (const auto& [name, t] : adam.state()) result.push_back(t.to_vector<double>());
    return result;
  }
  void expect_all(double value) const {
    for (const auto& list : numbers())
      for (const double x : list) ASSERT_EQ(x, value);
  }
  void save(const std::string& folder, std::int64_t step) {
    save_checkpoint(folder, model, adam, {.step = step});
  }
};

TEST(Checkpoint, ARunGoesOnBitForBit) {
  const TempFolder folder;
  manual_seed(3);
  Training straight;
  straight.train(5);
  const Generator& g = default_generator();
  save_checkpoint(folder / "run", straight.model, straight.adam,
                  {.epoch = 2,
                   .step = 5,
                   .seed = ~std::uint64_t(0),
                   .generator_seed = g.seed(),
                   .generator_offset = g.offset(),
                   .extra = {{"best", "0.75"}}},
                  {{"classes", "a b"}});
  straight.train(5);

  manual_seed(99);
  Training resumed;
  const TrainingState state = load_checkpoint(folder / "run", resumed.model, resumed.adam);
  EXPECT_EQ(state.epoch, 2);
  EXPECT_EQ(state.step, 5);
  EXPECT_EQ(state.seed, ~std::uint64_t(0));
  EXPECT_EQ(state.extra, (Metadata{{"best", "0.75"}}));
  EXPECT_EQ(resumed.adam.steps(), 5);
  default_generator().set_seed(state.generator_seed);
  default_generator().set_offset(state.generator_offset);
  resumed.train(5);
  EXPECT_EQ(resumed.numbers(), straight.numbers());
  EXPECT_EQ(load_metadata(folder / "run").at("classes"), "a b");
}

TEST(Checkpoint, TheSameRunGivesTheSameFiles) {
  const TempFolder folder;
  Training run;
  run.save(folder / "a", 1);
  run.save(folder / "b", 1);
  for (const char* name : {"model.safetensors", "training.safetensors"}) {
    const auto bytes = [&](const char* which) {
      std::ifstream in(fs::path(folder / which) / name, std::ios::binary);
      return std::string(std::istreambuf_iterator<char>(in), {});
    };
    EXPECT_EQ(bytes("a"), bytes("b")) << name;
  }
}

TEST(Checkpoint, TheModelIsAFileOfItsOwn) {
  const TempFolder folder;
  Training run, other;
  run.save(folder / "c", 1);
  EXPECT_TRUE(load_model(folder / "c/model.safetensors", other.model).ok());
  EXPECT_EQ(other.model.state()[0].second.to_vector<float>(), run.model.state()[0].second.to_vector<float>());
  std::vector<std::string> names;
  for (const auto& [name, t] : load_safetensors(folder / "c/training.safetensors").tensors)
    names.push_back(name);
  for (const char* name : {"optim.exp_avg.0.weight", "optim.step.0.weight", "optim.lr.0"})
    EXPECT_EQ(std::count(names.begin(), names.end(), name), 1) << name;
}

/// A folder as a process leaves it that is killed between the two renames.
void interrupt(Training& run, const std::string& folder, double before, double after) {
  const std::string model = folder + "/model.safetensors";
  run.fill(before);
  run.save(folder, std::int64_t(before));
  fs::copy_file(model, folder + "/kept");
  run.fill(after);
  run.save(folder, std::int64_t(after));
  fs::rename(model, model + ".next");
  fs::rename(folder + "/kept", model);
}

TEST(Checkpoint, ASaveThatEndedBetweenTheFilesCounts) {
  const TempFolder folder;
  Training run;
  interrupt(run, folder.path(), 1, 2);
  run.fill(0);
  EXPECT_EQ(load_checkpoint(folder.path(), run.model, run.adam).step, 2);
  run.expect_all(2);
  EXPECT_EQ(load_metadata(folder.path()), load_safetensors(folder / "model.safetensors.next").metadata);

  fs::remove(folder / "model.safetensors");  // the first save of all
  EXPECT_EQ(load_checkpoint(folder.path(), run.model, run.adam).step, 2);
}

TEST(Checkpoint, TheNextSaveTakesUpAnInterruptedOne) {
  const TempFolder folder;
  Training run;
  interrupt(run, folder.path(), 1, 2);
  fs::create_directory(folder / "training.safetensors.next");  // this save fails as soon as it writes
  EXPECT_THROW(run.save(folder.path(), 3), Error);
  EXPECT_EQ(load_checkpoint(folder.path(), run.model, run.adam).step, 2);
  run.expect_all(2);
  fs::remove(folder / "training.safetensors.next");
  run.fill(3);
  run.save(folder.path(), 3);
  EXPECT_EQ(load_checkpoint(folder.path(), run.model, run.adam).step, 3);
  run.expect_all(3);
  EXPECT_FALSE(fs::exists(folder / "model.safetensors.next"));
}

/// Not a test: what KilledWritersLeaveAWholeCheckpoint starts, and kills.
TEST(Checkpoint, DISABLED_Writer) {
  const std::string folder = test::Child::folder();
  if (folder.empty()) GTEST_SKIP();
  Training run;
  int step = 0;
  if (fs::exists(fs::path(folder) / "training.safetensors"))
    step = int(load_checkpoint(folder, run.model, run.adam).step);
  for (;;) {
    run.fill(++step);
    run.save(folder, step);
  }
}

TEST(Checkpoint, KilledWritersLeaveAWholeCheckpoint) {
  constexpr int kKills = 50;
  const TempFolder folder;
  std::mt19937 random(17);
  Training run;
  std::int64_t last = 0;
  for (int i = 0; i < kKills; ++i) {
    test::Child writer("Checkpoint.DISABLED_Writer", folder.path());
    const auto saved = [&] {
      try {
        return load_checkpoint(folder.path(), run.model, run.adam).step;
      } catch (const Error&) {
        return std::int64_t(0);  // not there yet, or replaced while it was read
      }
    };
    for (int waited = 0; saved() <= last && waited < 10'000; ++waited)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
    ASSERT_TRUE(writer.end(SIGKILL)) << "the writer ended by itself";

    const std::int64_t step = load_checkpoint(folder.path(), run.model, run.adam).step;
    EXPECT_GE(step, last + 1);
    run.expect_all(double(step));
    last = step;
  }
  RecordProperty("checkpoints", int(last));
}

TEST(Checkpoint, DamagedAndForeignOnesAreRefusedWithAReason) {
  const TempFolder folder, other;
  Training run;
  const auto load = [&] { load_checkpoint(folder.path(), run.model, run.adam); };
  const std::string model = folder / "model.safetensors", training = folder / "training.safetensors";
  expect_error(load, {"training.safetensors", "No such file"});
  run.fill(1);
  run.save(folder.path(), 1);
  run.save(other.path(), 2);

  fs::resize_file(model, 300);
  expect_error(load, {model, "truncated"});
  run.save(folder.path(), 1);
  fs::resize_file(training, fs::file_size(training) - 1);
  expect_error(load, {training, "truncated"});
  run.save(folder.path(), 1);
  fs::remove(model);
  expect_error(load, {model, "missing"});
  fs::copy_file(other / "model.safetensors", model);
  expect_error(load, {model, "not saved together"});
  fs::remove(training);
  expect_error(load, {training, "missing", "load_model"});
  save_safetensors(training, {}, {});
  expect_error(load, {training, "no part of a checkpoint"});
}

/// Flips one bit of a file.
void damage(const std::string& path, std::int64_t from_end) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(-from_end, std::ios::end);
  const char byte = char(file.get() ^ 4);
  file.seekp(-from_end, std::ios::end);
  file.put(byte);
}

TEST(Checkpoint, TheOneBeforeTakesTheDamagedOnesPlace) {
  const auto after = [](const std::function<void(const std::string& folder)>& harm, const char* reason) {
    const TempFolder folder;
    Training run;
    for (const double value : {1, 2, 3}) {
      run.fill(value);
      run.save(folder.path(), std::int64_t(value));
    }
    harm(folder.path());
    run.fill(0);
    const TrainingState state = load_checkpoint(folder.path(), run.model, run.adam);
    EXPECT_EQ(state.step, 2) << reason;
    run.expect_all(2);
    ASSERT_EQ(state.notes.size(), 1u);
    EXPECT_NE(state.notes[0].find(reason), std::string::npos) << state.notes[0];
    EXPECT_NO_THROW(load_metadata(folder.path()));

    // The next one is kept beside what was whole, not beside the damaged one.
    run.fill(4);
    run.save(folder.path(), 4);
    EXPECT_EQ(load_checkpoint(folder / "previous", run.model, run.adam).step, 2) << reason;
  };
  after([](const std::string& f) { fs::resize_file(f + "/training.safetensors", 900); }, "truncated");
  after([](const std::string& f) { fs::resize_file(f + "/model.safetensors", 20); }, "truncated");
  after([](const std::string& f) { fs::remove(f + "/model.safetensors"); }, "missing");
  after([](const std::string& f) { std::ofstream(f + "/training.safetensors") << "something else"; },
        "safetensors");
  after(
      [](const std::string& f) {
        fs::copy_file(f + "/previous/model.safetensors", f + "/model.safetensors",
                      fs::copy_options::overwrite_existing);
      },
      "not saved together");
}

TEST(Checkpoint, AChangedBitIsNoticed) {
  const TempFolder folder;
  Training run;
  for (const char* name : {"model.safetensors", "training.safetensors"}) {
    run.save(folder.path(), 1);
    run.save(folder.path(), 2);
    damage(folder / name, 5);
    EXPECT_EQ(load_checkpoint(folder.path(), run.model, run.adam).step, 1) << name;
    fs::remove_all(folder / "previous");
    expect_error([&] { load_checkpoint(folder.path(), run.model, run.adam); }, {folder.path(), "damaged"});
    fs::remove_all(folder.path());
  }
}

TEST(Checkpoint, PartsComeBackAndOthersAreNoted) {
  const TempFolder folder;
  Training run;
  const Tensor a = full({3}, 5), b = full({2}, 6, {.dtype = f64});
  save_checkpoint(folder.path(), run.model, run.adam, {}, {}, {{"ema.w", a}, {"schedule.last_epoch", b}});
  const Tensor c = zeros({3}), d = zeros({2}, {.dtype = f64});
  EXPECT_TRUE(load_checkpoint(folder.path(), run.model, run.adam, {{"ema.w", c}, {"schedule.last_epoch", d}})
                  .notes.empty());
  EXPECT_EQ(c.to_vector<float>(), a.to_vector<float>());
  EXPECT_EQ(d.to_vector<double>(), b.to_vector<double>());
  EXPECT_EQ(load_checkpoint(folder.path(), run.model, run.adam, {{"ema.w", c}, {"scaler.scale", d}}).notes,
            (std::vector<std::string>{"the checkpoint has no 'scaler', which begins anew",
                                      "the checkpoint's 'schedule' is not used"}));
  expect_error(
      [&] {
        load_checkpoint(folder.path(), run.model, run.adam, {{"ema.w", d}});
      },
      {"training.safetensors", "ema.w: file [3], model [2]"});
  expect_error(
      [&] {
        save_checkpoint(folder.path(), run.model, run.adam, {}, {}, {{"optim.x", a}});
      },
      {"optim.x"});
}

TEST(Checkpoint, AFullDiskLeavesTheOneBefore) {
  const TempFolder folder;
  Training run;
  run.fill(1);
  run.save(folder.path(), 1);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{600, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  run.fill(2);
  expect_error([&] { run.save(folder.path(), 2); }, {"cannot be written", "large"});
  setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, handler);
  EXPECT_FALSE(fs::exists(folder / "training.safetensors.next"));
  EXPECT_EQ(load_checkpoint(folder.path(), run.model, run.adam).step, 1);
  run.expect_all(1);
  run.fill(2);
  run.save(folder.path(), 2);
  EXPECT_EQ(load_checkpoint(folder.path(), run.model, run.adam).step, 2);
}

TEST(Checkpoint, AnotherModelOrOptimizerIsRefusedAndNothingIsWritten) {
  const TempFolder folder;
  Training run;
  run.fill(1);
  run.save(folder.path(), 1);
  nn::Sequential wide{nn::Linear(4, 9), relu, nn::Linear(9, 1)};
  optim::Adam adam(wide.parameters());
  expect_error([&] { load_checkpoint(folder.path(), wide, adam); },
               {"model.safetensors", "0.weight: file [8, 4], model [9, 4]", "another model?"});
  nn::Sequential same{nn::Linear(4, 8), relu, nn::Linear(8, 1)};
  optim::Sgd sgd(same.parameters(), {.momentum = 0.9});
  const auto before = same.state()[0].second.to_vector<float>();
  expect_error([&] { load_checkpoint(folder.path(), same, sgd); },
               {"training.safetensors", "unexpected: ", "optim.exp_avg.0.weight", "another optimizer?"});
  EXPECT_EQ(same.state()[0].second.to_vector<float>(), before);
}

TEST(Checkpoint, ReadsFormat2AndNoneNewer) {
  const TempFolder folder;
  Training run;
  run.save(folder.path(), 1);
  SafetensorsFile file = load_safetensors(folder / "training.safetensors");
  EXPECT_EQ(file.metadata.at("format_version"), "2");
  file.metadata["format_version"] = "3";
  save_safetensors(folder / "training.safetensors", file.tensors, file.metadata);
  expect_error([&] { load_checkpoint(folder.path(), run.model, run.adam); }, {"format_version '3'"});
  file.metadata["format_version"] = "1";  // whose fingerprints were not checked
  file.metadata["epoch"] = "three";
  save_safetensors(folder / "training.safetensors", file.tensors, file.metadata);
  expect_error([&] { load_checkpoint(folder.path(), run.model, run.adam); }, {"'epoch' = 'three'"});
}

TEST(Checkpoint, AFolderThatCannotBeMadeIsNamed) {
  const TempFolder folder;
  folder.write("file", {});
  Training run;
  expect_error([&] { run.save(folder / "file/run", 1); }, {"file/run", "cannot be made"});
}

}  // namespace
}  // namespace lepton::io
