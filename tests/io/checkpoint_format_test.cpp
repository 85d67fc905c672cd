// Checkpoints that older versions wrote: they load, and training goes on as PyTorch's did (make_checkpoint_fixtures.py).
#include <cmath>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/io/checkpoint.hpp"
#include "lepton/nn/linear.hpp"
#include "lepton/nn/sequential.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/loss.hpp"
#include "lepton/optim/adam.hpp"
#include "lepton/optim/sgd.hpp"
#include "lepton/tensor/factory.hpp"
#include "tests/data/support.hpp"

namespace lepton::io {
namespace {

std::string fixture(const std::string& name) {
  return std::string(LEPTON_SOURCE_DIR) + "/tests/io/fixtures/checkpoint_" + name;
}

Tensor wave(const Shape& shape, double phase) {
  const Tensor t = empty(shape, {.dtype = f64});
  for (std::int64_t i = 0; i < t.numel(); ++i) t.data<double>()[i] = std::sin(double(i) * 0.7 + phase);
  return t;
}

nn::Sequential network() {
  nn::Sequential net{nn::Linear(3, 4), relu, nn::Linear(4, 1)};
  net.to(f64);
  return net;
}

/// Loads a checkpoint after three steps, takes two more, and compares with what PyTorch had then.
template <class Optimizer> void goes_on(const std::string& name) {
  nn::Sequential net = network();
  Optimizer optimizer(net.parameters(), {.lr = 0.5});
  const TrainingState state = load_checkpoint(fixture(name), net, optimizer);
  EXPECT_EQ(state.epoch, 1);
  EXPECT_EQ(state.step, 3);
  EXPECT_EQ(state.generator_offset, 40u);
  EXPECT_EQ(optimizer.lr(), 0.01);
  EXPECT_EQ(optimizer.steps(), 3);
  for (int step = 3; step < 5; ++step) {
    optimizer.zero_grad();
    mse_loss(net(wave({5, 3}, step)), wave({5, 1}, step + 100)).backward();
    optimizer.step();
  }
  const Named expected = load_safetensors(fixture(name) + "/expected.safetensors").tensors;
  const auto trained = net.state();
  ASSERT_EQ(trained.size(), expected.size());
  for (const auto& [path, t] : trained) {
    const auto match =
        std::find_if(expected.begin(), expected.end(), [&](const auto& e) { return e.first == path; });
    ASSERT_NE(match, expected.end()) << path;
    const auto got = t.template to_vector<double>(), want = match->second.template to_vector<double>();
    for (std::size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-14) << path << " " << i;
  }
}

TEST(CheckpointFormat, OneStepStateForAllParameters) {
  goes_on<optim::Adam>("step_state_adam");
  goes_on<optim::Sgd>("step_state_sgd");
}

TEST(CheckpointFormat, AStepForEachParameter) {
  goes_on<optim::Adam>("steps_adam");
  goes_on<optim::Sgd>("steps_sgd");
}

/// Not a test: writes the fixture of format 2 from that of the layout before, with parts. For a new format, keep the
/// old fixtures and add one.
TEST(CheckpointFormat, DISABLED_WriteFixture) {
  nn::Sequential net = network();
  optim::Adam adam(net.parameters());
  TrainingState state = load_checkpoint(fixture("steps_adam"), net, adam);
  state.extra = {{"epoch_step", "5"}};
  save_checkpoint(
      fixture("format_2_adam"), net, adam, state, {{"classes", "a b"}},
      {{"schedule.last_epoch", full({}, 3, {.dtype = f64})}, {"ema.0.weight", wave({4, 3}, 9).to(f32)}});
}

TEST(CheckpointFormat, Two) {
  goes_on<optim::Adam>("format_2_adam");
  nn::Sequential net = network();
  optim::Adam adam(net.parameters());
  const Tensor epoch = zeros({}, {.dtype = f64}), ema = zeros({4, 3});
  const TrainingState state = load_checkpoint(fixture("format_2_adam"), net, adam,
                                              {{"schedule.last_epoch", epoch}, {"ema.0.weight", ema}});
  EXPECT_EQ(state.extra.at("epoch_step"), "5");
  EXPECT_TRUE(state.notes.empty());
  EXPECT_EQ(epoch.item(), 3);
  EXPECT_EQ(ema.to_vector<float>(), wave({4, 3}, 9).to(f32).to_vector<float>());
  EXPECT_EQ(load_metadata(fixture("format_2_adam")).at("classes"), "a b");
}

TEST(CheckpointFormat, MomentumOfAnOldCheckpointIsKeptWhereThereIsOne) {
  nn::Sequential net = network();
  optim::Sgd sgd(net.parameters(), {.momentum = 0.9});
  load_checkpoint(fixture("step_state_sgd"), net, sgd);
  const auto state = sgd.state();
  EXPECT_EQ(state[0].first, "momentum_buffer.0.weight");
  EXPECT_NE(state[0].second.to_vector<double>()[0], 0);
  EXPECT_EQ(sgd.steps(), 3);
}

TEST(CheckpointFormat, AnOldOneOfAnotherOptimizerIsRefused) {
  nn::Sequential net = network();
  optim::Sgd sgd(net.parameters());
  data::expect_error([&] { load_checkpoint(fixture("step_state_adam"), net, sgd); },
                     {"training.safetensors", "optim.exp_avg.0.weight", "another optimizer?"});
}

}  // namespace
}  // namespace lepton::io
