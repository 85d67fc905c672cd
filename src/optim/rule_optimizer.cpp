// RuleOptimizer: state, and the launch of its passes.
#include "lepton/optim/rule_optimizer.hpp"

#include <algorithm>
#include <cstring>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/optim/grad_scaler.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/optim/gradients.hpp"
#include "src/optim/parameters.hpp"
#include "src/optim/segments.hpp"

namespace lepton::optim {
namespace {

constexpr std::int64_t kProgressElements = sizeof(ParameterProgress) / sizeof(double);

Tensor like(const Tensor& p, double value) {
  return full(p.shape(), value, {.dtype = p.dtype(), .device = p.device()});
}

}  // namespace

RuleOptimizerBase::RuleOptimizerBase(const char* name) : Optimizer(name) {}
RuleOptimizerBase::RuleOptimizerBase(RuleOptimizerBase&&) noexcept = default;
RuleOptimizerBase& RuleOptimizerBase::operator=(RuleOptimizerBase&&) noexcept = default;
RuleOptimizerBase::~RuleOptimizerBase() = default;

void RuleOptimizerBase::add(std::vector<Tensor> parameters, const detail::RuleInfo& rule, const void* options,
                            std::size_t options_size, double lr, double initial) {
  for (const Tensor& p : parameters)
    if (rule.rank >= 0 && p.rank() != rule.rank)
      throw Error(name(), "trains parameters with " + std::to_string(rule.rank) + " axes, not " +
                              to_string(p.shape()) + "; give the others to another optimizer");
  const std::size_t first = this->parameters().size(), count = parameters.size();
  append(std::move(parameters), lr);
  const lepton::detail::PauseRecording pause;
  const NoGrad no_grad;
  Group g{rule, {}, initial, first, count, {}, {}};
  std::memcpy(g.options, options, options_size);
  g.slots.resize(std::size_t(rule.slot_count));
  for (std::size_t k = 0; k < g.slots.size(); ++k)
    for (std::size_t i = 0; i < count; ++i)
      g.slots[k].push_back(like(this->parameters()[first + i], k == 0 ? initial : 0));
  g.progress =
      zeros({std::int64_t(count), kProgressElements}, {.dtype = f64, .device = lr_tensor(0).device()});
  groups_.push_back(std::move(g));
}

/// A model may have moved to another device or type, or taken over another's shapes: the state goes along, and
/// starts anew where the shape is another.
void RuleOptimizerBase::follow_parameters(std::size_t group) {
  Group& g = groups_[group];
  for (std::size_t i = 0; i < g.count; ++i) {
    const Tensor& p = parameters()[g.first + i];
    for (std::size_t k = 0; k < g.slots.size(); ++k) {
      Tensor& slot = g.slots[k][i];
      const bool same_shape = slot.shape() == p.shape();
      if (same_shape && slot.dtype() == p.dtype() && slot.device() == p.device()) break;
      const lepton::detail::PauseRecording pause;
      slot = same_shape ? slot.to(p.dtype()).to(p.device()) : like(p, k == 0 ? g.initial : 0);
      if (!same_shape) g.progress.select(0, std::int64_t(i)).zero_();
    }
    if (g.progress.device() == p.device()) continue;
    const lepton::detail::PauseRecording pause;
    g.progress = g.progress.to(p.device());
    move_lr(p.device());
  }
}

Tensor RuleOptimizerBase::run(const StepOptions& options) {
  detail::check_owners(name(), parameters());
  const NoGrad no_grad;
  for (std::size_t i = 0; i < groups_.size(); ++i) follow_parameters(i);
  Tensor norm;
  if (options.scaler) norm = options.scaler->norm_for(*this);
  else if (options.max_norm > 0) norm = detail::gradient_norm(parameters());
  for (std::size_t i = 0; i < groups_.size(); ++i)
    for (const DType dtype : {f32, f64}) pass(i, dtype, options, norm);
  return norm;
}

void RuleOptimizerBase::pass(std::size_t group, DType dtype, const StepOptions& options, const Tensor& norm) {
  Group& g = groups_[group];
  detail::Segments<kernels::OptimizerArgs> call(g.count);
  kernels::OptimizerArgs& args = call.args();
  std::vector<Tensor> held;                         // gradients made contiguous, until the kernel has run
  std::vector<std::pair<Tensor, Tensor>> directed;  // parameters with their directions
  for (std::size_t i = 0; i < g.count; ++i) {
    const Tensor& p = parameters()[g.first + i];
    const auto& grad = p.impl().grad;
    if (!grad || p.dtype() != dtype || p.numel() == 0) continue;
    auto& segment = call.add(p.numel());
    segment.row = std::int64_t(i);
    if (grad->contiguous && grad->dtype == dtype) call.slot(lepton::detail::reads(segment.g, Tensor(grad)));
    else call.slot(lepton::detail::reads(segment.g, held.emplace_back(Tensor(grad).to(dtype).contiguous())));
    std::size_t k = 0;
    for (; k < g.slots.size(); ++k) call.slot(lepton::detail::updates(segment.slot[k], g.slots[k][i]));
    if (g.rule.directs) {
      directed.emplace_back(p, empty(p.shape(), {.dtype = dtype, .device = p.device()}));
      call.slot(lepton::detail::writes(segment.slot[k], directed.back().second));
      call.slot(lepton::detail::reads(segment.p, p));
    } else {
      call.slot(lepton::detail::updates(segment.p, p));
    }
  }
  if (args.count == 0) return;
  call.slot(lepton::detail::updates(args.progress, g.progress));
  call.slot(lepton::detail::reads(args.lr, lr_tensor(group)));
  if (norm.defined()) call.slot(lepton::detail::reads(args.norm, norm));
  if (options.scaler) call.slot(lepton::detail::reads(args.scale, options.scaler->scale_for(*this)));
  args.max_norm = options.max_norm;
  args.rule = std::uint8_t(g.rule.index);
  args.dtype = dtype;
  std::memcpy(args.options, g.options, sizeof g.options);
  call.launch(kernels::optimizer);

  if (directed.empty()) return;
  const Tensor lr = lr_tensor(group).to(dtype);
  for (const auto& [p, direction] : directed) {
    const Tensor value = moved(p, direction, lr, g.options);
    p.copy_(options.scaler ? where(norm - norm == 0, value, p) : value);  // inf - inf is NaN
  }
}

Tensor RuleOptimizerBase::moved(const Tensor&, const Tensor&, const Tensor&, const void*) const {
  throw Error(name(), "its rule gives directions only: it must say how to follow them");
}

std::int64_t RuleOptimizerBase::steps() const {
  double most = 0;
  for (const Group& g : groups_)
    for (const double step : g.progress.slice(1, 0, 1).to_vector<double>()) most = std::max(most, step);
  return std::int64_t(most);
}

Optimizer::Named RuleOptimizerBase::state() const {
  Named result;
  const auto names = detail::labels(parameters());
  for (const Group& g : groups_) {
    for (std::size_t k = 0; k < g.slots.size(); ++k)
      for (std::size_t i = 0; i < g.count; ++i)
        result.emplace_back(std::string(g.rule.slots[k]) + "." + names[g.first + i], g.slots[k][i]);
    for (std::size_t i = 0; i < g.count; ++i)
      result.emplace_back("step." + names[g.first + i], g.progress.select(0, std::int64_t(i)));
  }
  for (std::size_t i = 0; i < groups_.size(); ++i)
    result.emplace_back("lr." + std::to_string(i), lr_tensor(i));
  return result;
}

}  // namespace lepton::optim
