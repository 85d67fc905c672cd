// Scheduler and Plateau: they set an optimizer's learning rates as training goes on.
#pragma once

#include <cstdint>
#include <vector>

#include "lepton/optim/optimizer.hpp"
#include "lepton/optim/schedule.hpp"

namespace lepton::optim {

/// Sets the rates of an optimizer, which must outlive it and stay where it is, as a schedule says; its bases are the
/// rates that the optimizer has now. Steps may be updates or epochs.
///
///   using namespace optim;
///   Scheduler scheduler(adam, SequentialLr{{LinearLr{.total_iters = 100}, CosineLr{900}}, {100}});
///   for (...) { step(x, y); scheduler.step(); }   // step may be captured; the scheduler stays outside
class LEPTON_API Scheduler {
 public:
  /// Sets the rates of step 0.
  Scheduler(Optimizer& optimizer, Schedule schedule);
  /// The same with a schedule for each group.
  Scheduler(Optimizer& optimizer, std::vector<Schedule> schedules);

  /// Sets the rates of the next step. Throws in a captured step, where it would be called once.
  void step();
  /// Calls of step so far.
  std::int64_t steps() const;
  /// "last_epoch" (that many calls) and "base_lrs", the scheduler's own: writing into them sets its state. The rates
  /// themselves are in the optimizer's.
  Optimizer::Named state() const;

 private:
  void set(std::int64_t step);

  Optimizer* optimizer_;
  std::vector<Schedule> schedules_;  // one, or one a group
  Tensor step_, bases_;              // f64
};

/// Whether a metric is to fall or to rise, and how improvements are measured.
enum class PlateauMode { min, max };
enum class PlateauThreshold { relative, absolute };

struct PlateauOptions {
  PlateauMode mode = PlateauMode::min;
  double factor = 0.1;
  std::int64_t patience = 10;  ///< steps without an improvement that are put up with
  double threshold = 1e-4;     ///< least improvement, a share of the best or a difference to it
  PlateauThreshold threshold_mode = PlateauThreshold::relative;
  std::int64_t cooldown = 0;  ///< steps after a reduction that do not count
  double min_lr = 0;
  double eps = 1e-8;  ///< a smaller change of the rate is not made
};

/// Multiplies the rates of an optimizer, which must outlive it and stay where it is, by a factor when a metric has
/// stopped improving. PyTorch's ReduceLROnPlateau.
class LEPTON_API Plateau {
 public:
  explicit Plateau(Optimizer& optimizer, const PlateauOptions& options = {});
  /// Takes in the metric of an epoch.
  void step(double metric);
  double best() const;
  /// "plateau": best metric, steps without improvement, steps of cooldown left; writing into it sets the state.
  Optimizer::Named state() const;

 private:
  bool improves(double metric, double best) const;

  Optimizer* optimizer_;
  PlateauOptions options_;
  Tensor state_;  // f64 [3]
};

}  // namespace lepton::optim
