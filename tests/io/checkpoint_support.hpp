// A small training whose checkpoints the tests write, damage and read.
#pragma once

#include <string>
#include <vector>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/io/checkpoint.hpp"
#include "lepton/nn/linear.hpp"
#include "lepton/nn/sequential.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/loss.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/optim/adam.hpp"
#include "tests/data/support.hpp"

namespace lepton::io {

struct Training {
  nn::Sequential model{nn::Linear(4, 8), relu, nn::Linear(8, 1)};
  optim::Adam adam{model.parameters(), {.lr = 0.01}};

  void train(int steps) {
    for (int i = 0; i < steps; ++i) {
      const Tensor x = randn({16, 4});
      adam.zero_grad();
      mse_loss(model(x), dropout(x, 0.5).slice(1, 0, 1)).backward();
      adam.step();
    }
  }
  /// Sets every number in it.
  void fill(double value) {
    const NoGrad no_grad;
    for (const auto& [name, t] : model.state()) t.fill_(value);
    for (const auto& [name, t] : adam.state()) t.fill_(value);
  }
  std::vector<std::vector<double>> numbers() const {
    std::vector<std::vector<double>> result;
    for (const auto& [name, t] : model.state()) result.push_back(t.to_vector<double>());
    for (const auto& [name, t] : adam.state()) result.push_back(t.to_vector<double>());
    return result;
  }
  void expect_all(double value) const {
    for (const auto& list : numbers())
      for (const double x : list) ASSERT_EQ(x, value);
  }
  void save(const std::string& folder, std::int64_t step) {
    save_checkpoint(folder, model, adam, {.step = step});
  }
};

}  // namespace lepton::io
