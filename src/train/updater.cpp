// One step, as it is written and as it is captured.
#include "src/train/updater.hpp"

#include <cmath>

#include "lepton/ops/binary.hpp"
#include "lepton/optim/clip.hpp"
#include "lepton/tensor/factory.hpp"

namespace lepton::detail {
namespace {

// Steps after which a captured step is compared with what the loss does by then.
constexpr int kVerify = 100;
constexpr CompileOptions kCapture{.verify = kVerify, .on_refusal = Refusal::eager};

void require(bool holds, const std::string& what) {
  if (!holds) throw Error("fit", what);
}

}  // namespace

Updater::Updater(Task& task, optim::Optimizer& optimizer, const FitOptions& options)
    : task_(task),
      optimizer_(optimizer),
      options_(options),
      scaler_(options.scaler),
      captured_{CapturedStep(kCapture), CapturedStep(kCapture), CapturedStep(kCapture),
                CapturedStep(kCapture)} {
  require(options.accumulate >= 1,
          "accumulate must be at least 1, got " + std::to_string(options.accumulate));
  require(options.max_norm >= 0, "max_norm must not be negative, got " + std::to_string(options.max_norm));
  require(options.max_value >= 0, "max_value must not be negative, got " + std::to_string(options.max_value));
  if (scaler_ || options.on_bad_step != OnBadStep::skip) return;
  guard_.emplace(optim::GradScalerOptions{.init_scale = 1, .device = optimizer.parameters()[0].device()});
  scaler_ = &*guard_;
}

bool Updater::looks_at_norm() const { return scaler_ || options_.max_norm > 0; }

/// Everything here may be captured: it runs on the device alone, and what the host wants to know is in the results.
std::vector<Tensor> Updater::results_of(const data::Batch& batch, const Tensor& share, Part part) {
  const Tensor loss = task_.loss(batch);
  Tensor goal = share.defined() ? loss * share : loss;
  // A loss that is not finite may have a gradient that is. Its own slope, 1 + 0 loss, then makes that NaN.
  if (options_.on_bad_step == OnBadStep::skip) goal = goal + goal * goal * 0.0;
  if (scaler_) goal = scaler_->scale(goal);
  if (part.first) optimizer_.zero_grad();
  goal.backward();
  if (!part.last) return {loss};
  const Tensor norm = update();
  if (!norm.defined()) return {loss};
  return {loss, norm};
}

Tensor Updater::update() {
  if (options_.max_value > 0) {
    if (options_.scaler) options_.scaler->unscale(optimizer_);
    optim::clip_grad_value(optimizer_.parameters(), options_.max_value);
  }
  const optim::StepOptions step{.max_norm = options_.max_norm};
  if (!scaler_) return optimizer_.step(step);
  const Tensor norm = scaler_->step(optimizer_, step);
  if (options_.scaler) options_.scaler->update();
  return norm;
}

std::size_t Updater::run(const data::Batch& batch, const Tensor& share, Part part,
                         std::span<Tensor> results) {
  const std::size_t count = part.last && looks_at_norm() ? 2 : 1;
  CapturedStep& captured = captured_[std::size_t(part.first) * 2 + std::size_t(part.last)];
  if (options_.step == StepMode::eager || !refusal_.empty()) {
    const auto made = results_of(batch, share, part);
    std::copy(made.begin(), made.end(), results.begin());
    return count;
  }
  struct Call {
    Updater* self;
    Part part;
    bool has_share;
  } call{this, part, share.defined()};
  const auto function = [](void* context, std::span<const Tensor> inputs) {
    const Call& c = *static_cast<const Call*>(context);
    const std::size_t own = inputs.size() - std::size_t(c.has_share);
    const data::Batch own_batch({inputs.begin(), inputs.begin() + std::ptrdiff_t(own)});
    return c.self->results_of(own_batch, c.has_share ? inputs[own] : Tensor(), c.part);
  };
  if (share.defined()) {
    std::vector<Tensor> inputs(batch.begin(), batch.end());
    inputs.push_back(share);
    captured.run({&call, function}, inputs, results.first(count));
  } else {
    captured.run({&call, function}, {batch.begin(), batch.end()}, results.first(count));
  }
  if (!captured.refusal().empty()) refusal_ = captured.refusal();
  return count;
}

Updater::Outcome Updater::step(const data::Batch& batch, double share, bool last) {
  Tensor weight, results[2];
  if (options_.accumulate > 1) {
    const Tensor& like = optimizer_.parameters()[0];
    weight = full({}, share, {.dtype = like.dtype(), .device = like.device()});
  }
  const std::size_t count = run(batch, weight, {.first = !open_, .last = last}, results);
  open_ = !last;
  Outcome outcome{.loss = results[0].item(), .norm = count > 1 ? results[1].item() : 0, .updated = last};
  if (scaler_ && !std::isfinite(outcome.norm)) outcome.updated = false;
  return outcome;
}

void Updater::close() {
  if (!open_) return;
  open_ = false;
  update();
}

}  // namespace lepton::detail
