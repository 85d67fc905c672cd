// Averaged: an average of a model (optim/average.hpp) as `fit` keeps it up to date.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "lepton/nn/module.hpp"
#include "lepton/optim/optimizer.hpp"

namespace lepton {

/// Whether something happens after every update or after every epoch.
enum class Every { step, epoch };

/// What becomes of an average's running statistics (batch normalisation) before it is evaluated, and at the end:
/// left as they are, or computed from the training data by `update_bn`.
enum class Statistics { kept, recomputed };

struct AveragedOptions {
  Every every = Every::step;
  std::int64_t after_epochs = 0;  ///< epochs before the first update
  Statistics statistics = Statistics::kept;
};

/// An Ema, Swa or Lookahead that fit updates, evaluates ("ema_loss" after "loss") and saves. It must outlive the call.
///
///   optim::Ema ema(model, {.decay = 0.999});
///   fit(model, adam, cross_entropy, train, {.averages = {{"ema", ema}}});
class Averaged {
 public:
  /// `name` is that of its figures, and of its part of the checkpoint.
  template <class Average>
  Averaged(std::string name, Average& average, const AveragedOptions& options = {})
      : name_(std::move(name)),
        options_(options),
        update_([&average] { average.update(); }),
        state_([&average] { return average.state(); }) {
    if constexpr (requires { average.model(); }) model_ = &average.model();
  }

  const std::string& name() const { return name_; }
  const AveragedOptions& options() const { return options_; }
  /// Null for what averages without a model of its own.
  nn::Module* model() const { return model_; }
  void update() const { update_(); }
  optim::Optimizer::Named state() const { return state_(); }

 private:
  std::string name_;
  AveragedOptions options_;
  std::function<void()> update_;
  std::function<optim::Optimizer::Named()> state_;
  nn::Module* model_ = nullptr;
};

}  // namespace lepton
