// GradScaler: scales a loss up so that f16 gradients do not vanish, and back off where they overflow.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lepton/optim/optimizer.hpp"

namespace lepton::optim {

struct GradScalerOptions {
  double init_scale = 65536;
  double growth_factor = 2;     ///< after `growth_interval` steps in a row without an overflow
  double backoff_factor = 0.5;  ///< after a step with one
  std::int64_t growth_interval = 2000;
  bool enabled = true;  ///< where false, scale() and step() do what they do without a scaler
  Device device = kCpu;
};

/// Dynamic loss scaling (Micikevicius et al. 2018), with the numbers of torch.amp.GradScaler:
///
///   scaler.scale(loss).backward();
///   scaler.step(adam, {.max_norm = 1});   // clips what is unscaled; leaves parameters alone where one is not finite
///   scaler.update();                      // once, after all optimizers
///
/// Nothing is read on the host, so all of it may stand in a captured step. It must outlive the plans of that.
class LEPTON_API GradScaler {
 public:
  explicit GradScaler(const GradScalerOptions& options = {});

  /// loss times the scale, on the tape.
  Tensor scale(const Tensor& loss) const;
  /// Optional, before step: divides the gradients in memory, for those who want to look at them or change them.
  /// Throws the second time before update().
  void unscale(const Optimizer& optimizer);
  /// Optimizer::step with the gradients of a scaled loss, left out where one of them is not finite. They stay scaled
  /// in memory. Gives the norm of the unscaled ones before clipping, an f64 scalar.
  Tensor step(Optimizer& optimizer, StepOptions options = {});
  void update();

  /// The scale now; throws inside a captured step.
  double current_scale() const;
  /// "scale" and "growth_tracker", the scaler's own: writing into them sets its state.
  Optimizer::Named state() const;

  // Library-internal: what an optimizer's step reads.
  Tensor norm_for(const Optimizer& optimizer) const;
  const Tensor& scale_for(const Optimizer& optimizer) const;

 private:
  GradScalerOptions options_;
  Tensor scale_, one_;                      // f32 scalars
  Tensor good_, found_;                     // steps without an overflow, in a row; whether this one had one
  std::vector<const Optimizer*> unscaled_;  // since the last update
};

}  // namespace lepton::optim
