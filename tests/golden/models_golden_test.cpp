// Golden runs of the ready-made networks, at small sizes, and the names of what their states hold.
#include "tests/golden/golden.hpp"

namespace lepton::golden {
namespace {

struct Case {
  DType dtype;
  Mode mode;
};

/// Matrices with the deviation of He et al., batch norm's weights about 1, biases small: as make_golden.py has it.
void set_weights(nn::Module& model, DType dtype) {
  model.to(dtype);
  const NoGrad no_grad;
  int i = 0;
  for (const auto& [name, p] : model.named_parameters()) {
    const double scale = p.rank() > 1 ? 2 / std::sqrt(double(p.numel() / p.size(0))) : 0.1;
    const bool is_norms = p.rank() == 1 && name.ends_with("weight");
    p.copy_(ripple(p.shape(), scale, 0.1 * ++i, dtype) + (is_norms ? 1 : 0));
  }
}

class GoldenModels : public testing::TestWithParam<Case> {
 protected:
  DType dtype() const { return GetParam().dtype; }

  /// Classification of 8 pictures by stochastic gradient descent.
  ///
  /// A rounding that takes an element over a kink of relu or max makes the gradient leap, the more so behind batch norm
  /// of few values. So in f32, where even PyTorch's runs differ from its own f64, steps are short, which leaves the
  /// losses comparable, and norms are compared loosely.
  template <class Model> void classify(const char* name, Model& model, std::int64_t side, double lr) {
    const Tolerance tolerance = dtype() == f64 ? usual_tolerance(f64) : Tolerance{.loss = 1e-4, .norm = 5e-2};
    set_weights(model, dtype());
    optim::Sgd optimizer(model.parameters(), {.lr = dtype() == f64 ? lr : lr / 100, .momentum = 0.9});
    expect_pytorchs(
        {name, model, optimizer, [&](const Tensor& x, const Tensor& y) { return cross_entropy(model(x), y); },
         ripple({8, 3, side, side}, 1.5, 0.5, dtype()), [](int) { return class_labels(8, 10); }},
        dtype(), GetParam().mode, tolerance);
  }
};

TEST_P(GoldenModels, vae) {
  models::Vae vae({.in = 20, .hidden = 16, .code = 4});
  set_weights(vae, dtype());
  optim::Adam adam(vae.parameters(), {.lr = 1e-3});
  const auto loss = [&](const Tensor& x, const Tensor& noise) {
    const models::VaeCode code = vae.encode(x);
    return models::negative_elbo({vae.decode(reparametrise(code, noise)), code}, x);
  };
  expect_pytorchs({"vae", vae, adam, loss, ripple({32, 20}, 0.5, 0.5, dtype()) + 0.5,
                   [&](int step) {
                     return ripple({32, 4}, 1.5, 0.3 * step, dtype());
                   }},
                  dtype(), GetParam().mode, usual_tolerance(dtype()));
}

TEST_P(GoldenModels, resnet_cifar) {
  models::ResNet net({.classes = 10, .stem = models::ResNetStem::cifar, .blocks = {1, 1, 2, 1}, .width = 8});
  classify("resnet_cifar", net, 16, 1e-2);
}

TEST_P(GoldenModels, resnet_imagenet) {
  models::ResNet net({.classes = 10, .blocks = {2, 1, 1, 1}, .width = 8});
  classify("resnet_imagenet", net, 64, 1e-2);
}

TEST_P(GoldenModels, mobilenet_v2) {
  models::MobileNetV2 net({.classes = 10, .width = 0.25, .dropout = 0});
  classify("mobilenet_v2", net, 64, 1e-4);
}

INSTANTIATE_TEST_SUITE_P(runs, GoldenModels,
                         testing::Values(Case{f32, Mode::eager}, Case{f32, Mode::captured},
                                         Case{f64, Mode::eager}, Case{f64, Mode::captured}),
                         [](const auto& run) {
                           return std::string(name_of(run.param.dtype)) +
                                  (run.param.mode == Mode::captured ? "_captured" : "");
                         });

/// The state's names and shapes are those of torchvision, line by line.
void expect_state(const nn::Module& model, const std::string& name) {
  std::ifstream file(std::string(LEPTON_SOURCE_DIR) + "/tests/golden/" + name + "_state.txt");
  ASSERT_TRUE(file) << "no file for " << name;
  std::string line;
  for (const auto& [key, t] : model.state()) {
    ASSERT_TRUE(std::getline(file, line)) << key << " is not in torchvision's";
    EXPECT_EQ(key + " " + to_string(t.shape()), line);
  }
  EXPECT_FALSE(std::getline(file, line)) << "torchvision's has more: " << line;
}

TEST(GoldenStates, AreTorchvisions) {
  expect_state(models::resnet18(), "resnet18");
  expect_state(models::resnet34(), "resnet34");
  expect_state(models::MobileNetV2(), "mobilenet_v2");
}

}  // namespace
}  // namespace lepton::golden
