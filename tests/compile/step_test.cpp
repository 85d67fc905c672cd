// Captured steps among threads, with host code that changes its mind, and with weights that others write.
#include <gtest/gtest.h>

#include <thread>

#include "lepton/lepton.hpp"

namespace lepton {
namespace {

/// Losses and final weights of ten steps of a small net of its own, all from one seed.
std::vector<std::vector<float>> train_alone(std::uint64_t seed) {
  manual_seed(seed);
  nn::Sequential model{nn::Conv2d({.in = 3, .out = 16, .kernel = 3}), relu, nn::MaxPool2d(2), nn::Flatten(),
                       nn::Linear(16 * 7 * 7, 32), relu, nn::Dropout(0.25), nn::Linear(32, 10)};
  optim::Adam adam(model.parameters(), {.lr = 1e-2});
  const Tensor x = randn({16, 3, 16, 16}), y = cast(rand({16}) * 10, i64);
  auto step = compile([&](const Tensor& a, const Tensor& b) {
    const Tensor loss = cross_entropy(model(a), b);
    adam.zero_grad();
    loss.backward();
    adam.step();
    return loss;
  });
  std::vector<std::vector<float>> all;
  for (int i = 0; i < 10; ++i) all.push_back(step(x, y).to_vector<float>());
  for (const auto& [name, t] : model.state()) all.push_back(t.to_vector<float>());
  return all;
}

TEST(Step, several_threads_train_at_once) {
  std::vector<std::vector<std::vector<float>>> expected, found(4);
  for (std::uint64_t i = 0; i < 4; ++i) expected.push_back(train_alone(i));
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < 4; ++i) threads.emplace_back([&, i] { found[i] = train_alone(i); });
  for (auto& t : threads) t.join();
  EXPECT_EQ(found, expected);
}

TEST(Step, follows_a_larger_number_of_threads) {
  const int before = num_threads();
  set_num_threads(1);
  const auto expected = train_alone(3);
  manual_seed(3);
  nn::Conv2d conv({.in = 16, .out = 32, .kernel = 3}), other({.in = 32, .out = 32, .kernel = 3});
  auto step = compile([&](const Tensor& x) { return relu(other(relu(conv(x)))); });
  const Tensor x = randn({16, 16, 16, 16});
  const auto one = step(x).to_vector<float>();
  EXPECT_EQ(step(x).to_vector<float>(), one);
  set_num_threads(4);
  EXPECT_EQ(step(x).to_vector<float>(), one);  // pieces of scratch for each thread: recorded anew
  EXPECT_EQ(step(x).to_vector<float>(), one);
  EXPECT_EQ(train_alone(3), expected);
  set_num_threads(before);
}

TEST(Verify, lets_a_steady_step_be) {
  nn::Sequential model{nn::Linear(8, 8), relu, nn::Dropout(0.5), nn::Linear(8, 1)};
  optim::Sgd sgd(model.parameters(), {.lr = 0.1, .momentum = 0.9});
  auto step = compile(
      [&](const Tensor& x) {
        const Tensor loss = mean(square(model(x)));
        sgd.zero_grad();
        loss.backward();
        sgd.step();
        return loss;
      },
      {.verify = 3});
  manual_seed(1);
  for (int i = 0; i < 20; ++i) step(randn({4, 8}));
  EXPECT_EQ(step.recordings(), 1);
}

TEST(Verify, finds_host_code_that_changed_its_mind) {
  int calls = 0;
  auto step = compile([&](const Tensor& x) { return ++calls < 3 ? relu(x) : tanh(x); }, {.verify = 2});
  const Tensor x = rand({4});
  step(x);
  step(x);
  try {
    for (int i = 0; i < 4; ++i) step(x);
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("kernel 0 (unary) has other sizes or numbers"), std::string::npos) << e.what();
  }
  EXPECT_THROW(compile([](const Tensor& t) { return t; }, {.verify = -1}), Error);
}

TEST(Refusal, runs_as_written_where_asked) {
  auto step = compile([](const Tensor& x) { return x * (sum(x).item() > 0 ? 2.0 : 3.0); },
                      {.on_refusal = Refusal::eager});
  EXPECT_EQ(step(full({2}, 1)).to_vector<float>(), (std::vector<float>{2, 2}));
  EXPECT_EQ(step(full({2}, -1)).to_vector<float>(), (std::vector<float>{-3, -3}));
  EXPECT_NE(step.refusal().find("[item]"), std::string::npos) << step.refusal();
}

TEST(Packs, follow_weights_however_they_are_written) {
  nn::Conv2d conv({.in = 16, .out = 16, .kernel = 3});
  auto step = compile([&](const Tensor& x) { return conv(x); });
  const Tensor x = randn({2, 16, 12, 12});
  const NoGrad no_grad;
  const auto check = [&] { EXPECT_EQ(step(x).to_vector<float>(), conv(x).to_vector<float>()); };
  check();
  check();
  const Tensor weight = conv.parameters()[0];
  weight.copy_(weight * 2.0);
  check();
  float* const p = weight.data<float>();
  p[7] = 5;
  check();
  p[8] = 6;  // through a pointer from before
  check();
  EXPECT_EQ(step.recordings(), 1);
}

}  // namespace
}  // namespace lepton
