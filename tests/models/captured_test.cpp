// Every ready-made network, trained eagerly and as a captured step: both must tell the same.
#include <gtest/gtest.h>

#include <cmath>

#include "lepton/lepton.hpp"

namespace lepton::models {
namespace {

/// What training has left.
struct Trained {
  std::vector<double> losses;
  Tensor gradients;  ///< of the first step, of all parameters, in f64
};

Tensor flat_gradients(nn::Module& model) {
  std::vector<Tensor> all;
  for (const Tensor& p : model.parameters()) all.push_back(p.grad().to(f64).flatten());
  return cat(all);
}

/// Trains a copy. `loss` takes the model and the batch, of which there are two that take turns.
template <class Model, class Loss>
Trained train(Model model, Loss loss, const std::vector<std::pair<Tensor, Tensor>>& batches, int steps,
              double lr, bool captured) {
  manual_seed(7);
  optim::Adam adam(model.parameters(), {.lr = lr});
  const auto step = [&](const Tensor& x, const Tensor& y) {
    adam.zero_grad();
    const Tensor value = loss(model, x, y);
    value.backward();
    adam.step();
    return value;
  };
  auto plan = compile(step);
  Trained result;
  for (int i = 0; i < steps; ++i) {
    const auto& [x, y] = batches[std::size_t(i) % batches.size()];
    result.losses.push_back((captured ? plan(x, y) : step(x, y)).item());
    if (i == 1) result.gradients = flat_gradients(model);  // of the first replay
  }
  return result;
}

double norm_of(const Tensor& t) { return std::sqrt(sum(square(t)).item()); }

/// f64: losses of 100 steps to 1e-9. f32: gradients of a step to 1e-5 in norm, losses of `steps_f32` to 1e-3.
template <class Model, class Loss>
void expect_alike(Model model, Loss loss, const Shape& shape, double lr, int steps_f32 = 100) {
  for (const DType dtype : {f64, f32}) {
    model.to(dtype);
    std::vector<std::pair<Tensor, Tensor>> batches;
    for (const std::uint64_t seed : {1, 2}) {
      manual_seed(seed);
      const Tensor y = cast(rand({shape[0]}) * 3, i64);
      batches.emplace_back(rand(shape, {.dtype = dtype}), y);
    }
    const int steps = dtype == f64 ? 100 : steps_f32;
    const Trained eager = train(model, loss, batches, steps, lr, false);
    const Trained captured = train(model, loss, batches, steps, lr, true);
    for (std::size_t i = 0; i < eager.losses.size(); ++i)
      ASSERT_NEAR(captured.losses[i], eager.losses[i],
                  (dtype == f64 ? 1e-9 : 1e-3) * std::abs(eager.losses[i]))
          << name_of(dtype) << " loss of step " << i;
    EXPECT_LE(norm_of(captured.gradients - eager.gradients),
              (dtype == f64 ? 1e-9 : 1e-5) * norm_of(eager.gradients))
        << name_of(dtype) << " gradients";
  }
}

constexpr auto kClassify = [](auto& model, const Tensor& x, const Tensor& y) {
  return cross_entropy(model(x), y);
};

TEST(CapturedModels, Mlp) {
  expect_alike(Mlp({.sizes = {12, 32, 16, 3}, .dropout = 0.3}), kClassify, {16, 12}, 1e-2);
}

TEST(CapturedModels, Cnn) {
  expect_alike(Cnn({.channels = 2, .height = 14, .width = 13, .classes = 3}), kClassify, {8, 2, 14, 13},
               1e-3);
}

TEST(CapturedModels, Vae) {
  constexpr auto kElbo = [](auto& vae, const Tensor& x, const Tensor&) { return negative_elbo(vae(x), x); };
  expect_alike(Vae({.in = 30, .hidden = 20, .code = 3}), kElbo, {16, 30}, 1e-3);
}

TEST(CapturedModels, ResNet) {
  ResNet net({.classes = 3, .stem = ResNetStem::cifar, .blocks = {1, 1, 1, 1}, .width = 8});
  expect_alike(std::move(net), kClassify, {8, 3, 16, 16}, 1e-4, 20);
}

// Steps are short and few in f32: see tests/golden/models_golden_test.cpp about kinks.
TEST(CapturedModels, MobileNetV2) {
  expect_alike(MobileNetV2({.classes = 3, .width = 0.25}), kClassify, {8, 3, 32, 32}, 1e-6, 10);
}

}  // namespace
}  // namespace lepton::models
