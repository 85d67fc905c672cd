// cnn: x [32, 3, 64, 64]; Conv 32 3x3, relu, MaxPool 2, Conv 64 3x3, relu, MaxPool 2, Flatten 12544, Linear 64, relu,
// Linear 10; cross-entropy; Adam 1e-3.
#include "benchmarks/workloads/all.hpp"

namespace lepton::bench {
namespace {

struct Cnn final : Workload {
  models::Cnn model{{.channels = 3, .height = 64, .width = 64, .classes = 10}};

  Cnn() {
    x = randn({32, 64, 64, 3}).permute({0, 3, 1, 2});  // channels last in memory, as the peers have it
    y = labels(32, 10);
    train_with<optim::Adam>(model.parameters(), {.lr = 1e-3});
  }
  Tensor loss(const Tensor& input, const Tensor& target) override {
    return cross_entropy(model(input), target);
  }
};

}  // namespace

std::unique_ptr<Workload> make_cnn() { return std::make_unique<Cnn>(); }

}  // namespace lepton::bench
