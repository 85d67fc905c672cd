// Monitor: the figure that a training watches, for early stopping, its best checkpoint and a plateau of its rate.
#pragma once

#include <optional>
#include <string>

#include "lepton/train/fit.hpp"

namespace lepton::detail {

class Monitor {
 public:
  /// Throws where an option is out of range. The optimizer must outlive it.
  Monitor(optim::Optimizer& optimizer, const FitOptions& options);

  /// Takes in the figures of an epoch; whether it is the best so far. Throws where none has the name that is watched.
  bool take(const EpochReport& epoch);
  /// Why to stop; empty while there is no reason.
  std::string exhausted() const;

  double best() const;
  std::int64_t best_epoch() const;
  /// "monitor.state" and, where there is one, "plateau.plateau", as a checkpoint has them.
  optim::Optimizer::Named state() const;

 private:
  double figure_of(const EpochReport& epoch) const;

  const FitOptions& options_;
  std::optional<optim::Plateau> plateau_;
  Tensor state_;  // f64: best figure, its epoch, epochs since
};

}  // namespace lepton::detail
