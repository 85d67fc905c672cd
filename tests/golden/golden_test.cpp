// Golden runs: losses and gradient norms of ten steps are PyTorch's (make_golden.py made the files).
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "lepton/lepton.hpp"

namespace lepton {
namespace {

struct Case {
  const char* model;
  const char* optimizer;
  DType dtype;
};

std::string name_of_case(const Case& c) {
  return std::string(c.model) + "_" + c.optimizer + "_" + std::string(name_of(c.dtype));
}

/// sin(0.7391 i + phase) * scale, as make_golden.py has it.
Tensor wave(const Shape& shape, double scale, double phase, DType dtype) {
  std::vector<double> values(std::size_t(shape.numel()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(double(i) * 0.7391 + phase) * scale;
  return tensor(values, shape).to(dtype);
}

nn::Sequential make_model(const std::string& name) {
  if (name == "mlp") return {nn::Linear(20, 64), relu, nn::Linear(64, 64), tanh, nn::Linear(64, 5)};
  return {nn::Conv2d({.in = 3, .out = 8, .kernel = 3}), nn::BatchNorm2d(8), relu, nn::MaxPool2d(2),
          nn::Conv2d({.in = 8, .out = 16, .kernel = 3, .stride = 2, .padding = 1}), nn::BatchNorm2d(16), relu,
          nn::Flatten(), nn::Linear(16 * 4 * 4, 10)};
}

std::unique_ptr<optim::Optimizer> make_optimizer(const std::string& name, std::vector<Tensor> parameters) {
  constexpr double kDecay = 1e-3;
  if (name == "adam")
    return std::make_unique<optim::Adam>(parameters, optim::Adam::Options{.lr = 1e-2, .weight_decay = kDecay});
  if (name == "sgd")
    return std::make_unique<optim::Sgd>(parameters,
                                        optim::Sgd::Options{.lr = 0.05, .momentum = 0.9, .weight_decay = kDecay});
  return std::make_unique<optim::Adadelta>(parameters, optim::Adadelta::Options{.weight_decay = kDecay});
}

double gradient_norm(const std::vector<Tensor>& parameters) {
  double squares = 0;
  for (const Tensor& p : parameters) squares += sum(square(p.grad().to(f64))).item();
  return std::sqrt(squares);
}

class Golden : public testing::TestWithParam<Case> {};

TEST_P(Golden, ten_steps_are_pytorchs) {
  const Case& c = GetParam();
  const bool is_mlp = std::string(c.model) == "mlp";
  nn::Sequential model = make_model(c.model);
  model.to(c.dtype);
  const auto parameters = model.parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Tensor& p = parameters[i];
    const double fan_in = p.rank() > 1 ? double(p.numel() / p.size(0)) : double(p.numel());
    const NoGrad no_grad;
    p.copy_(wave(p.shape(), 1 / std::sqrt(fan_in), 0.1 * double(i + 1), c.dtype));
  }
  const Tensor x = wave(is_mlp ? Shape{32, 20} : Shape{8, 3, 16, 16}, 1, 0.5, c.dtype);
  std::vector<std::int64_t> classes;
  for (std::int64_t i = 0; i < x.size(0); ++i) classes.push_back(i * 7 % (is_mlp ? 5 : 10));
  const Tensor y = tensor(classes, {x.size(0)});
  const auto optimizer = make_optimizer(c.optimizer, parameters);

  std::ifstream file(std::string(LEPTON_SOURCE_DIR) + "/tests/golden/" + name_of_case(c) + ".txt");
  ASSERT_TRUE(file) << "no golden file for " << name_of_case(c);
  const double tolerance = c.dtype == f64 ? 1e-8 : 1e-4;
  for (int i = 0; i < 10; ++i) {
    double loss = 0, norm = 0;
    ASSERT_TRUE(file >> loss >> norm);
    optimizer->zero_grad();
    const Tensor ours = cross_entropy(model(x), y);
    ours.backward();
    EXPECT_NEAR(ours.item(), loss, tolerance * std::abs(loss)) << "loss of step " << i;
    EXPECT_NEAR(gradient_norm(parameters), norm, tolerance * norm) << "gradient norm of step " << i;
    optimizer->step();
  }
  if (is_mlp) return;
  model.eval();
  double loss = 0, unused = 0;
  ASSERT_TRUE(file >> loss >> unused);
  const NoGrad no_grad;
  EXPECT_NEAR(cross_entropy(model(x), y).item(), loss, tolerance * loss) << "loss in evaluation";
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const char* model : {"mlp", "cnn"})
    for (const char* optimizer : {"adam", "sgd", "adadelta"})
      for (const DType dtype : {f32, f64}) all.push_back({model, optimizer, dtype});
  return all;
}
INSTANTIATE_TEST_SUITE_P(runs, Golden, testing::ValuesIn(cases()), [](const auto& run) { return name_of_case(run.param); });

}  // namespace
}  // namespace lepton
