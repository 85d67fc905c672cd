// The optimizer: state, checks, and the launch of its kernel.
#include "lepton/optim/optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/optimizer.hpp"
#include "lepton/autograd/no_grad.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/tensor/launch.hpp"

namespace lepton::optim {
namespace {

constexpr std::int64_t kStateElements = sizeof(StepState) / sizeof(double);

std::string label(const Tensor& p, std::size_t i) {
  const auto& name = p.impl().name;
  return name ? *name : std::to_string(i);
}

}  // namespace

Optimizer::Optimizer(Optimizer&&) noexcept = default;
Optimizer& Optimizer::operator=(Optimizer&&) noexcept = default;
Optimizer::~Optimizer() = default;

Optimizer::Optimizer(std::vector<Tensor> parameters, const Rule& rule, const void* options, std::size_t options_size,
                     double lr)
    : rule_(rule), parameters_(std::move(parameters)) {
  if (parameters_.empty()) throw Error(rule.name, "there are no parameters to train");
  if (!(lr >= 0) || std::isinf(lr)) throw Error(rule.name, "lr must be a number of at least 0, got " + std::to_string(lr));
  // Made here, outside of any recording: state that a captured step allocated would be reset by each replay.
  const detail::PauseRecording pause;
  const NoGrad no_grad;
  std::memcpy(options_, options, options_size);
  slots_.resize(std::size_t(rule.slot_count));
  for (const Tensor& p : parameters_) {
    if (!p.is_leaf() || !p.requires_grad() || !p.is_contiguous())
      throw Error(rule.name, "a parameter " + to_string(p.shape()) + " is not a contiguous leaf that requires a gradient");
    if (p.dtype() != f32 && p.dtype() != f64)
      throw Error(rule.name, "trains f32 and f64, not " + std::string(name_of(p.dtype())));
    for (auto& slot : slots_) slot.push_back(zeros_like(p));
  }
  state_ = zeros({kStateElements}, {.dtype = f64, .device = parameters_[0].device()});
  state_.slice(0, 0, 1).fill_(lr);
}

void Optimizer::check_owner(const Tensor& p) const {
  const auto& impl = p.impl();
  if (impl.is_parameter && impl.owners == 0)
    throw Error(rule_.name, "parameter '" + label(p, 0) + "' no longer belongs to a model: it was destroyed or "
                            "assigned a new one; build the optimizer again");
}

void Optimizer::step() {
  const NoGrad no_grad;
  kernels::OptimizerArgs args;
  detail::Slot slots[1 + kernels::kOptimizerSegments * (2 + kernels::kOptimizerSlots)];
  args.rule = std::uint8_t(rule_.index);
  args.first = true;
  std::memcpy(args.options, options_, sizeof options_);
  Tensor held[kernels::kOptimizerSegments];  // gradients made contiguous, until the kernel has run

  std::size_t i = 0;
  while (i < parameters_.size()) {
    args.count = 0;
    int n = 0;
    slots[n++] = detail::updates(args.state, state_);
    for (; i < parameters_.size() && args.count < kernels::kOptimizerSegments; ++i) {
      const Tensor& p = parameters_[i];
      check_owner(p);
      if (!p.impl().grad) continue;
      if (args.count > 0 && p.dtype() != args.dtype) break;  // one type a kernel
      args.dtype = p.dtype();
      Tensor& g = held[args.count];
      g = p.grad().contiguous();
      auto& segment = args.segment[args.count++];
      segment.n = p.numel();
      slots[n++] = detail::updates(segment.p, p);
      slots[n++] = detail::reads(segment.g, g);
      for (std::size_t k = 0; k < slots_.size(); ++k) slots[n++] = detail::updates(segment.slot[k], slots_[k][i]);
    }
    if (args.count == 0) continue;
    detail::launch(kernels::optimizer, args, std::span<const detail::Slot>(slots, std::size_t(n)));
    args.first = false;
  }
}

void Optimizer::zero_grad() {
  for (const Tensor& p : parameters_) p.zero_grad();
}

double Optimizer::lr() const { return state_.select(0, 0).item(); }
std::int64_t Optimizer::steps() const { return std::int64_t(state_.select(0, 1).item()); }

void Optimizer::set_lr(double lr) {
  if (!(lr >= 0) || std::isinf(lr)) throw Error(rule_.name, "lr must be a number of at least 0, got " + std::to_string(lr));
  const detail::PauseRecording pause;
  const NoGrad no_grad;
  state_.slice(0, 0, 1).fill_(lr);
}

Optimizer::Named Optimizer::state() const {
  Named result;
  for (std::size_t k = 0; k < slots_.size(); ++k)
    for (std::size_t i = 0; i < parameters_.size(); ++i)
      result.emplace_back(std::string(rule_.slots[k]) + "." + label(parameters_[i], i), slots_[k][i]);
  result.emplace_back("step_state", state_);
  return result;
}

}  // namespace lepton::optim
