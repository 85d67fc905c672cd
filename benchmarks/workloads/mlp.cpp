// mlp: x [32, 20]; Linear 128, relu, Dropout 0.5, Linear 1; BCE with logits; Adam 1e-3.
#include "benchmarks/workloads/all.hpp"

namespace lepton::bench {
namespace {

struct Mlp final : Workload {
  nn::Sequential model{nn::Linear(20, 128), relu, nn::Dropout(0.5), nn::Linear(128, 1)};

  Mlp() {
    x = randn({32, 20});
    y = coin_flips(32);
    train_with<optim::Adam>(model.parameters(), {.lr = 1e-3});
  }
  Tensor loss(const Tensor& input, const Tensor& target) override {
    return binary_cross_entropy_with_logits(model(input), target);
  }
};

}  // namespace

std::unique_ptr<Workload> make_mlp() { return std::make_unique<Mlp>(); }

}  // namespace lepton::bench
