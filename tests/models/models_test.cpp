// The ready-made networks: names, shapes, sizes, and what they refuse.
#include "lepton/models/cnn.hpp"
#include "lepton/models/mlp.hpp"

#include "lepton/ops/loss.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/optim/adam.hpp"
#include "tests/data/support.hpp"

namespace lepton::models {
namespace {

using data::expect_error;

std::vector<std::string> names_and_shapes(const nn::Module& m) {
  std::vector<std::string> result;
  for (const auto& [name, t] : m.state()) result.push_back(name + " " + to_string(t.shape()));
  return result;
}

TEST(Cnn, HasTheNamesAndShapesOfItsPyTorchTwin) {
  const Cnn cnn({.channels = 3, .height = 64, .width = 64, .classes = 10});
  EXPECT_EQ(names_and_shapes(cnn),
            (std::vector<std::string>{"features.0.weight [32, 3, 3, 3]", "features.0.bias [32]",
                                      "features.3.weight [64, 32, 3, 3]", "features.3.bias [64]",
                                      "classifier.1.weight [64, 12544]", "classifier.1.bias [64]",
                                      "classifier.3.weight [10, 64]", "classifier.3.bias [10]"}));
  EXPECT_EQ(cnn.parameter_count(), 822'922);
}

TEST(Cnn, TakesPicturesOfAnySizeFromTheSmallest) {
  Cnn smallest({.channels = 1, .height = 10, .width = 28, .classes = 3});
  EXPECT_EQ(to_string(smallest(rand({2, 1, 10, 28})).shape()), "[2, 3]");
  Cnn odd({.channels = 2, .height = 33, .width = 47});
  EXPECT_EQ(to_string(odd(rand({1, 2, 33, 47})).shape()), "[1, 2]");
}

TEST(Cnn, RefusesWhatDoesNotFit) {
  expect_error([] { Cnn({.height = 9, .width = 64}); }, {"[cnn]", "9 x 64 pixels are too small", "10 x 10"});
  expect_error([] { Cnn({.channels = 0}); }, {"at least one channel"});
  expect_error([] { Cnn({.classes = 0}); }, {"at least one channel and one class"});
  Cnn cnn({.height = 32, .width = 32});
  expect_error([&] { cnn(rand({1, 3, 32, 31})); }, {"[-1, 3, 32, 32]", "got [1, 3, 32, 31]"});
  expect_error([&] { cnn(rand({3, 32, 32})); }, {"got [3, 32, 32]"});
}

TEST(Cnn, CopiesAreIndependent) {
  Cnn a({.channels = 1, .height = 12, .width = 12});
  Cnn b = a;
  const Tensor x = rand({2, 1, 12, 12});
  const auto before = a(x).to_vector<float>();
  EXPECT_EQ(b(x).to_vector<float>(), before);
  for (const Tensor& p : b.parameters()) p.detach().fill_(0);
  EXPECT_EQ(a(x).to_vector<float>(), before);
}

TEST(Cnn, Learns) {
  manual_seed(1);
  Cnn cnn({.channels = 1, .height = 12, .width = 12});
  const Tensor x = rand({16, 1, 12, 12});
  const Tensor y = tensor(std::vector<std::int64_t>{0, 1, 1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0}, {16});
  optim::Adam adam(cnn.parameters(), {.lr = 3e-3});
  double first = 0, loss = 0;
  for (int i = 0; i < 60; ++i) {
    const Tensor l = cross_entropy(cnn(x), y);
    adam.zero_grad();
    l.backward();
    adam.step();
    loss = l.item();
    if (i == 0) first = loss;
  }
  EXPECT_LT(loss, first / 10);
}

TEST(Mlp, NamesDoNotDependOnDropout) {
  const Mlp plain({.sizes = {4, 8, 3}}), dropped({.sizes = {4, 8, 3}, .dropout = 0.5});
  EXPECT_EQ(names_and_shapes(plain), names_and_shapes(dropped));
  EXPECT_EQ(names_and_shapes(plain),
            (std::vector<std::string>{"layers.0.weight [8, 4]", "layers.0.bias [8]", "layers.1.weight [3, 8]",
                                      "layers.1.bias [3]"}));
}

TEST(Mlp, TakesRowsAndPictures) {
  Mlp mlp({.sizes = {12, 5, 5, 2}});
  const Tensor x = rand({3, 1, 3, 4});
  EXPECT_EQ(mlp(x).to_vector<float>(), mlp(x.flatten(1)).to_vector<float>());
  EXPECT_EQ(to_string(mlp(x).shape()), "[3, 2]");
}

TEST(Mlp, DropsInTrainingOnly) {
  manual_seed(2);
  Mlp mlp({.sizes = {8, 64, 2}, .dropout = 0.5});
  const Tensor x = rand({3, 8});
  EXPECT_NE(mlp(x).to_vector<float>(), mlp(x).to_vector<float>());
  mlp.eval();
  EXPECT_EQ(mlp(x).to_vector<float>(), mlp(x).to_vector<float>());
}

TEST(Mlp, RefusesBadSizes) {
  expect_error([] { Mlp({.sizes = {4}}); }, {"[mlp]", "got 1 sizes"});
  expect_error([] { Mlp({.sizes = {4, 0, 2}}); }, {"positive, got 0"});
  expect_error([] { Mlp({.sizes = {4, 2}, .dropout = 1.5}); }, {"p must lie in [0, 1]"});
}

}  // namespace
}  // namespace lepton::models
