// Checkpoints that come to harm: killed writers, damaged and foreign files, a full disk.
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <random>
#include <thread>

#include "lepton/io/safetensors.hpp"
#include "tests/io/checkpoint_support.hpp"
#include "tests/support/child.hpp"

namespace lepton::io {
namespace {

namespace fs = data::fs;
using data::expect_error;
using data::TempFolder;

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

}  // namespace
}  // namespace lepton::io
