// Loading a module's state: what fits, what does not, and that nothing is half loaded.
#include "lepton/io/state.hpp"

#include "lepton/autograd/no_grad.hpp"
#include "lepton/nn/batch_norm.hpp"
#include "lepton/nn/linear.hpp"
#include "lepton/nn/sequential.hpp"
#include "tests/data/support.hpp"

namespace lepton::io {
namespace {

using data::expect_error;
using data::TempFolder;

std::vector<std::vector<float>> values(const nn::Module& m) {
  std::vector<std::vector<float>> result;
  for (const auto& [name, t] : m.state()) result.push_back(t.to_vector<float>());
  return result;
}

nn::Sequential network(std::int64_t hidden = 3) {
  return {nn::Linear(2, hidden), nn::BatchNorm2d(4), nn::Linear(hidden, 1)};
}

TEST(State, ModelsComeBackWithBuffersAndMetadata) {
  const TempFolder folder;
  nn::Sequential saved = network(), loaded = network();
  {
    const NoGrad no_grad;
    saved.at<nn::BatchNorm2d>(1).running_mean->fill_(0.5);
    saved.at<nn::BatchNorm2d>(1).num_batches_tracked->fill_(7);
  }
  ASSERT_NE(values(saved), values(loaded));
  save_model(folder / "m.safetensors", saved, {{"classes", "cat dog"}});
  EXPECT_TRUE(load_model(folder / "m.safetensors", loaded).ok());
  EXPECT_EQ(values(saved), values(loaded));
  const Metadata metadata = load_safetensors(folder / "m.safetensors").metadata;
  EXPECT_EQ(metadata, (Metadata{{"classes", "cat dog"}, {"format", "pt"}, {"format_version", "1"}}));
}

TEST(State, ParametersKeepTheirIdentity) {
  nn::Linear from(2, 3), to(2, 3);
  const std::vector<Tensor> held = to.parameters();
  load_state(to, from.state());
  EXPECT_EQ(held[0].to_vector<float>(), from.weight->to_vector<float>());
  EXPECT_TRUE(held[0].requires_grad());
  EXPECT_TRUE(held[0].is_leaf());
}

TEST(State, FloatingTypesAreConverted) {
  nn::Linear from(2, 3), half(2, 3), back(2, 3);
  half.to(bf16);
  load_state(half, from.state());
  EXPECT_EQ(half.weight->dtype(), bf16);
  load_state(back, half.state());
  EXPECT_EQ(back.weight->dtype(), f32);
  EXPECT_EQ(back.weight->to_vector<float>(), from.weight->detach().to(bf16).to_vector<float>());
}

TEST(State, AnotherModelIsRefusedAndNothingIsWritten) {
  const TempFolder folder;
  save_model(folder / "a.safetensors", network(3));
  nn::Sequential other = network(5);
  const auto before = values(other);
  expect_error([&] { load_model(folder / "a.safetensors", other); },
               {"a.safetensors", "0.weight: file [3, 2], model [5, 2]", "another model?"});
  EXPECT_EQ(values(other), before);
  nn::Linear smaller(2, 3);
  expect_error(
      [&] { load_state(smaller, network().state()); },
      {"[load_state]", "missing: weight, bias", "unexpected: 0.weight, 0.bias, 1.weight, 1.bias and 5 more"});
}

TEST(State, WhatFitsIsLoadedWhereAsked) {
  nn::Sequential from = network(3), to = network(5);
  Named state = from.state();
  state.erase(state.end() - 1);
  state.emplace_back("head.weight", state[0].second);
  const LoadReport report = load_state(to, state, Strict::no);
  EXPECT_FALSE(report.ok());
  EXPECT_EQ(report.missing, (std::vector<std::string>{"2.bias"}));
  EXPECT_EQ(report.unexpected, (std::vector<std::string>{"head.weight"}));
  EXPECT_EQ(report.mismatched,
            (std::vector<std::string>{"0.weight: file [3, 2], model [5, 2]", "0.bias: file [3], model [5]",
                                      "2.weight: file [1, 3], model [1, 5]"}));
  EXPECT_EQ(report.describe().find('\n'), std::string::npos);
  EXPECT_EQ(to.at<nn::BatchNorm2d>(1).weight->to_vector<float>(),
            from.at<nn::BatchNorm2d>(1).weight->to_vector<float>());
}

TEST(State, IntegersAreNotTakenForFloats) {
  nn::BatchNorm2d norm(2);
  Named state = norm.state();
  for (auto& [name, t] : state)
    if (name == "num_batches_tracked") t = t.to(f32);
  expect_error([&] { load_state(norm, state); }, {"num_batches_tracked: file f32, model i64"});
}

TEST(State, NewerFormatsAreRefused) {
  const TempFolder folder;
  nn::Linear m(1, 1);
  for (const char* version : {"2", "", "one", "99999999999999999999"}) {
    save_safetensors(folder / "m", m.state(), {{"format_version", version}});
    expect_error([&] { load_model(folder / "m", m); }, {"format_version", "reads up to 1"});
  }
  save_safetensors(folder / "m", m.state());  // as PyTorch writes it
  EXPECT_TRUE(load_model(folder / "m", m).ok());
}

}  // namespace
}  // namespace lepton::io
