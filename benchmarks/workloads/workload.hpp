// What train_bench times: a model, its batch, and one training step over them.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "lepton/lepton.hpp"

namespace lepton::bench {

/// A network in training on a batch that lies ready in memory. A derived class holds the model, sets `x` and `y`, and
/// calls `train_with`.
class Workload {
 public:
  virtual ~Workload() = default;

  /// Zero gradients, forward, loss, backward, update; gives the loss. `type` is what products may round to.
  Tensor step(const Tensor& input, const Tensor& target, DType type) {
    optimizer_->zero_grad();
    Tensor value;
    {
      const Autocast guard(type);
      value = loss(input, target);
    }
    value.backward();
    optimizer_->step();
    return value;
  }
  /// How many numbers a step changes.
  std::int64_t parameter_count() const { return parameter_count_; }

  Tensor x, y;

 protected:
  virtual Tensor loss(const Tensor& input, const Tensor& target) = 0;

  template <class Optimizer>
  void train_with(std::vector<Tensor> parameters, const typename Optimizer::Options& options) {
    for (const Tensor& p : parameters) parameter_count_ += p.numel();
    optimizer_ = std::make_unique<Optimizer>(std::move(parameters), options);
  }

 private:
  std::unique_ptr<optim::Optimizer> optimizer_;
  std::int64_t parameter_count_ = 0;
};

/// Targets for a loss over two classes: [n, 1], each 0 or 1.
inline Tensor coin_flips(std::int64_t n) { return cast(rand({n, 1}) > 0.5, f32); }
/// Class indices below `classes`: [n].
inline Tensor labels(std::int64_t n, std::int64_t classes) { return cast(rand({n}) * double(classes), i64); }

}  // namespace lepton::bench
