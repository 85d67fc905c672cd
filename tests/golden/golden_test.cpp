// Golden runs: losses and gradient norms of ten steps are PyTorch's (make_golden.py made the files).
#include "tests/golden/golden.hpp"

namespace lepton::golden {
namespace {

struct Case {
  const char* model;
  const char* optimizer;
  DType dtype;
  Mode mode;
};

std::string name_of_case(const Case& c) {
  return std::string(c.model) + "_" + c.optimizer + "_" + std::string(name_of(c.dtype)) +
         (c.mode == Mode::captured ? "_captured" : "");
}

nn::Sequential make_model(const std::string& name) {
  if (name == "mlp") return {nn::Linear(20, 64), relu, nn::Linear(64, 64), tanh, nn::Linear(64, 5)};
  return {nn::Conv2d({.in = 3, .out = 8, .kernel = 3}),
          nn::BatchNorm2d(8),
          relu,
          nn::MaxPool2d(2),
          nn::Conv2d({.in = 8, .out = 16, .kernel = 3, .stride = 2, .padding = 1}),
          nn::BatchNorm2d(16),
          relu,
          nn::Flatten(),
          nn::Linear(16 * 4 * 4, 10)};
}

std::unique_ptr<optim::Optimizer> make_optimizer(const std::string& name, std::vector<Tensor> parameters) {
  constexpr double kDecay = 1e-3;
  if (name == "adam")
    return std::make_unique<optim::Adam>(parameters,
                                         optim::Adam::Options{.lr = 1e-2, .weight_decay = kDecay});
  if (name == "sgd")
    return std::make_unique<optim::Sgd>(
        parameters, optim::Sgd::Options{.lr = 0.05, .momentum = 0.9, .weight_decay = kDecay});
  return std::make_unique<optim::Adadelta>(parameters, optim::Adadelta::Options{.weight_decay = kDecay});
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
  const auto optimizer = make_optimizer(c.optimizer, parameters);
  const auto loss = [&](const Tensor& input, const Tensor& y) { return cross_entropy(model(input), y); };
  expect_pytorchs({std::string(c.model) + "_" + c.optimizer, model, *optimizer, loss, x,
                   [&](int) { return class_labels(x.size(0), is_mlp ? 5 : 10); }},
                  c.dtype, c.mode, usual_tolerance(c.dtype));
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const char* model : {"mlp", "cnn"})
    for (const char* optimizer : {"adam", "sgd", "adadelta"})
      for (const DType dtype : {f32, f64})
        for (const Mode mode : {Mode::eager, Mode::captured}) all.push_back({model, optimizer, dtype, mode});
  return all;
}
INSTANTIATE_TEST_SUITE_P(runs, Golden, testing::ValuesIn(cases()),
                         [](const auto& run) { return name_of_case(run.param); });

}  // namespace
}  // namespace lepton::golden
