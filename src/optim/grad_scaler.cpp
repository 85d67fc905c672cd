// GradScaler: its numbers lie in memory, where the kernels of a step read and change them.
#include "lepton/optim/grad_scaler.hpp"

#include <algorithm>

#include "kernels/optimizer.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/optim/gradients.hpp"
#include "src/tensor/launch.hpp"

namespace lepton::optim {

GradScaler::GradScaler(const GradScalerOptions& options) : options_(options) {
  if (!(options.init_scale > 0) || !(options.growth_factor > 1) || !(options.backoff_factor > 0) ||
      !(options.backoff_factor < 1) || options.growth_interval < 1)
    throw Error("grad_scaler",
                "needs init_scale > 0, growth_factor > 1, 0 < backoff_factor < 1, growth_interval >= 1");
  const lepton::detail::PauseRecording pause;
  const TensorOptions like{.dtype = f32, .device = options.device};
  scale_ = full({}, options.init_scale, like);
  one_ = ones({}, like);
  good_ = zeros({}, like);
  found_ = zeros({}, like);
}

Tensor GradScaler::scale(const Tensor& loss) const { return options_.enabled ? loss * scale_ : loss; }

void GradScaler::unscale(const Optimizer& optimizer) {
  if (!options_.enabled) return;
  if (std::find(unscaled_.begin(), unscaled_.end(), &optimizer) != unscaled_.end())
    throw Error("grad_scaler",
                "the gradients of this optimizer are unscaled already; call update() after its step");
  unscaled_.push_back(&optimizer);
  detail::unscale_gradients(optimizer.parameters(), scale_);
}

Tensor GradScaler::step(Optimizer& optimizer, StepOptions options) {
  if (options_.enabled) options.scaler = this;
  return optimizer.step(options);
}

void GradScaler::update() {
  unscaled_.clear();
  if (!options_.enabled) return;
  kernels::LossScaleArgs args{};
  args.growth = options_.growth_factor;
  args.backoff = options_.backoff_factor;
  args.interval = options_.growth_interval;
  lepton::detail::launch(
      kernels::loss_scale, args,
      {lepton::detail::updates(args.scale, scale_), lepton::detail::updates(args.good, good_),
       lepton::detail::updates(args.found, found_)});
}

double GradScaler::current_scale() const { return scale_.item(); }

Optimizer::Named GradScaler::state() const { return {{"scale", scale_}, {"growth_tracker", good_}}; }

Tensor GradScaler::norm_for(const Optimizer& optimizer) const {
  return detail::gradient_norm(optimizer.parameters(), scale_for(optimizer), found_);
}

const Tensor& GradScaler::scale_for(const Optimizer& optimizer) const {
  const bool done = std::find(unscaled_.begin(), unscaled_.end(), &optimizer) != unscaled_.end();
  return done ? one_ : scale_;
}

}  // namespace lepton::optim
