// resnet18: x [32, 3, 32, 32]; ResNet-18 with the stem for small pictures, 10 classes; cross-entropy; SGD 0.1, momentum
// 0.9.
#include "benchmarks/workloads/all.hpp"

namespace lepton::bench {
namespace {

struct ResNet18 final : Workload {
  models::ResNet model = models::resnet18({.classes = 10, .stem = models::ResNetStem::cifar});

  ResNet18() {
    x = randn({32, 32, 32, 3}).permute({0, 3, 1, 2});  // channels last in memory, as the peers have it
    y = labels(32, 10);
    train_with<optim::Sgd>(model.parameters(), {.lr = 0.1, .momentum = 0.9});
  }
  Tensor loss(const Tensor& input, const Tensor& target) override {
    return cross_entropy(model(input), target);
  }
};

}  // namespace

std::unique_ptr<Workload> make_resnet18() { return std::make_unique<ResNet18>(); }

}  // namespace lepton::bench
