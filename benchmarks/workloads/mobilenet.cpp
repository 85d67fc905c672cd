// mobilenet_frozen and mobilenet: x [32, 3, 224, 224]; MobileNetV2's features, mean over pixels, Linear 1024, relu,
// Linear 1; BCE with logits; Adam 1e-4. Frozen: the features in evaluation, without gradient, computed in every step,
// and the head alone is trained; else everything is, with batch norm in training.
#include "benchmarks/workloads/all.hpp"

namespace lepton::bench {
namespace {

struct MobileNet : Workload {
  models::MobileNetV2 net;
  nn::Sequential head{nn::Linear(net.feature_channels(), 1024), relu, nn::Linear(1024, 1)};

  MobileNet() {
    x = randn({32, 224, 224, 3}).permute({0, 3, 1, 2});  // channels last in memory, as the peers have it
    y = coin_flips(32);
  }
};

struct Frozen final : MobileNet {
  Frozen() {
    net.features.eval();
    train_with<optim::Adam>(head.parameters(), {.lr = 1e-4});
  }
  Tensor loss(const Tensor& input, const Tensor& target) override {
    return binary_cross_entropy_with_logits(head(features(input)), target);
  }
  Tensor features(const Tensor& input) {
    const NoGrad no_grad;
    return net.pooled_features(input);
  }
};

struct Whole final : MobileNet {
  Whole() {
    std::vector<Tensor> parameters = net.features.parameters();
    for (Tensor& p : head.parameters()) parameters.push_back(std::move(p));
    train_with<optim::Adam>(std::move(parameters), {.lr = 1e-4});
  }
  Tensor loss(const Tensor& input, const Tensor& target) override {
    return binary_cross_entropy_with_logits(head(net.pooled_features(input)), target);
  }
};

}  // namespace

std::unique_ptr<Workload> make_mobilenet_frozen() { return std::make_unique<Frozen>(); }
std::unique_ptr<Workload> make_mobilenet() { return std::make_unique<Whole>(); }

}  // namespace lepton::bench
