// vae: x [128, 784]; 400 relu, 20 + 20, reparametrised, 400 relu, 784; BCE with logits summed + KL; Adam 1e-3.
#include "benchmarks/workloads/all.hpp"

namespace lepton::bench {
namespace {

struct Vae final : Workload {
  models::Vae model;

  Vae() {
    x = rand({128, 784});
    y = x;
    train_with<optim::Adam>(model.parameters(), {.lr = 1e-3});
  }
  Tensor loss(const Tensor& input, const Tensor&) override {
    return models::negative_elbo(model(input), input);
  }
};

}  // namespace

std::unique_ptr<Workload> make_vae() { return std::make_unique<Vae>(); }

}  // namespace lepton::bench
