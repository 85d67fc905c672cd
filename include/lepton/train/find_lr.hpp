// find_lr: a learning rate to begin with, by raising it until the loss grows.
#pragma once

#include <vector>

#include "lepton/train/fit.hpp"

namespace lepton {

struct FindLrOptions {
  double from = 1e-7, to = 10;  ///< rates, raised by the same factor each step
  std::int64_t steps = 100;
  std::int64_t batch_size = 32;
  std::uint64_t seed = 0;
  double smoothing = 0.95;  ///< share of the past in the loss that is looked at
  double diverged = 4;      ///< ends where the loss is so many times its least
  int workers = 2;
};

/// Losses by rate, and the rate where the loss falls fastest (Smith 2017): one to begin with.
struct LrCurve {
  std::vector<double> lr, loss;  ///< the losses are smoothed
  double suggestion = 0;
};

namespace detail {
LEPTON_API LrCurve find_lr(Task& task, optim::Optimizer& optimizer, const data::Dataset& train,
                           const FindLrOptions& options);
}

/// Trains for some steps with a rising rate, and puts model, optimizer and random state back. Takes the same loss as
/// `fit`. Throws where an option is out of range, or the loss grows from the beginning.
///
///   adam.set_lr(find_lr(model, adam, cross_entropy, train).suggestion);
template <class Model, class Loss = Tensor (*)(const Tensor&, const Tensor&)>
LrCurve find_lr(Model& model, optim::Optimizer& optimizer, Loss loss, const data::Dataset& train,
                const FindLrOptions& options = {}) {
  detail::FitTask<Model, Loss> task(model, loss);
  return detail::find_lr(task, optimizer, train, options);
}

}  // namespace lepton
