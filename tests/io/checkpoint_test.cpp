// Checkpoints: a run that goes on as if it had not stopped, and what they belong to.
#include "lepton/io/checkpoint.hpp"

#include <algorithm>

#include "lepton/io/state.hpp"
#include "lepton/optim/sgd.hpp"
#include "lepton/tensor/factory.hpp"
#include "tests/io/checkpoint_support.hpp"

namespace lepton::io {
namespace {

namespace fs = data::fs;
using data::expect_error;
using data::TempFolder;

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
