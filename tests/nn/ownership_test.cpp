// Modules are values; the identity of a parameter is its tensor.
#include <gtest/gtest.h>

#include "lepton/nn/batch_norm.hpp"
#include "lepton/nn/linear.hpp"
#include "lepton/nn/sequential.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/tensor/factory.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/optim/sgd.hpp"

namespace lepton {
namespace {

struct Gated : nn::Module {
  nn::Linear value, gate;
  std::vector<nn::Linear> heads;
  std::optional<nn::Linear> extra;
  std::array<nn::Linear, 2> pair{nn::Linear(1, 1), nn::Linear(1, 1)};
  nn::Buffer scale_;
  Gated() : value(3, 4), gate(3, 4), heads(2, nn::Linear(4, 2)), scale_(ones({1})) {}
  Tensor operator()(const Tensor& x) { return heads[0](value(x) * sigmoid(gate(x))); }
  LEPTON_FIELDS(value, gate, heads, extra, pair, scale_)
};

std::vector<std::string> names(const nn::Module::Named& named) {
  std::vector<std::string> result;
  for (const auto& [name, t] : named) result.push_back(name);
  return result;
}

void train_once(Gated& model, optim::Sgd& sgd) {
  sum(model(ones({1, 3}))).backward();
  sgd.step();
}

TEST(Module, names_follow_the_fields) {
  Gated model;
  EXPECT_EQ(names(model.state()),
            (std::vector<std::string>{"value.weight", "value.bias", "gate.weight", "gate.bias", "heads.0.weight",
                                      "heads.0.bias", "heads.1.weight", "heads.1.bias", "pair.0.weight", "pair.0.bias",
                                      "pair.1.weight", "pair.1.bias", "scale"}));
  model.extra.emplace(1, 1);
  EXPECT_EQ(model.state().size(), 15u);
  EXPECT_EQ(model.named_buffers().size(), 1u);
}

TEST(Module, copies_are_deep_and_the_optimizer_stays_with_the_original) {
  Gated model;
  optim::Sgd sgd(model.parameters(), {.lr = 0.1});
  Gated copy = model;
  const auto before = copy.value.weight->to_vector<float>();
  EXPECT_EQ(model.value.weight->to_vector<float>(), before);
  train_once(model, sgd);
  EXPECT_NE(model.value.weight->to_vector<float>(), before);
  EXPECT_EQ(copy.value.weight->to_vector<float>(), before);
  EXPECT_FALSE(copy.value.weight->grad().defined());
}

TEST(Module, the_optimizer_follows_a_move_and_a_vector) {
  std::vector<Gated> clients(3);
  optim::Sgd sgd(clients[1].parameters(), {.lr = 0.1});
  clients.reserve(100);
  clients.erase(clients.begin());
  const auto before = clients[0].value.weight->to_vector<float>();
  train_once(clients[0], sgd);
  EXPECT_NE(clients[0].value.weight->to_vector<float>(), before);
  std::swap(clients[0], clients[1]);
  const auto moved = clients[1].value.weight->to_vector<float>();
  train_once(clients[1], sgd);
  EXPECT_NE(clients[1].value.weight->to_vector<float>(), moved);
}

TEST(Module, copy_assignment_writes_into_the_same_identity) {
  nn::Sequential model{nn::Linear(2, 2), relu, nn::BatchNorm2d(2)}, best{nn::Linear(2, 2), relu, nn::BatchNorm2d(2)};
  const auto handles = model.parameters();
  model = best;
  for (std::size_t i = 0; i < handles.size(); ++i) {
    EXPECT_EQ(handles[i].ref(), model.parameters()[i].ref());
    EXPECT_EQ(handles[i].to_vector<float>(), best.parameters()[i].to_vector<float>());
  }
}

TEST(Module, an_optimizer_whose_model_is_gone_throws_with_the_name) {
  auto model = std::make_unique<Gated>();
  optim::Sgd sgd(model->parameters());
  sum((*model)(ones({1, 3}))).backward();
  model.reset();
  try {
    sgd.step();
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("'value.weight' no longer belongs to a model"), std::string::npos) << e.what();
  }
}

TEST(Module, a_parameter_missing_from_the_fields_is_noticed) {
  struct Forgetful : nn::Module {
    nn::Linear listed{2, 2}, forgotten{2, 1};
    Tensor operator()(const Tensor& x) { return forgotten(listed(x)); }
    LEPTON_FIELDS(listed)
  } model;
  const auto parameters = model.parameters();
  try {
    sum(model(ones({1, 2}))).backward();
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("LEPTON_FIELDS"), std::string::npos) << e.what();
  }
}

TEST(Sequential, a_copy_is_not_a_nesting) {
  nn::Sequential a{nn::Linear(2, 2), tanh, nn::Linear(2, 1)};
  nn::Sequential b{a};
  EXPECT_EQ(names(b.state()), names(a.state()));
  EXPECT_EQ(b.at<nn::Linear>(2).weight->shape(), (Shape{1, 2}));
  EXPECT_THROW(b.at<nn::Linear>(1), Error);
  EXPECT_NE(a.parameters()[0].ref(), b.parameters()[0].ref());
}

TEST(Module, modes_reach_every_module_and_are_copied) {
  nn::Sequential model{nn::Linear(2, 2), nn::BatchNorm2d(2)};
  model.eval();
  EXPECT_FALSE(model.at<nn::BatchNorm2d>(1).training());
  const nn::Sequential copy = model;
  EXPECT_FALSE(copy.training());
  model.train();
  EXPECT_FALSE(copy.training());
}

}  // namespace
}  // namespace lepton
