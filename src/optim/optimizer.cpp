// What optimizers share: their parameters, and learning rates in memory.
#include "lepton/optim/optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/core/recorder.hpp"
#include "src/optim/parameters.hpp"

namespace lepton::optim {
namespace {

void check_lr(const char* name, double lr) {
  if (!(lr >= 0) || std::isinf(lr))
    throw Error(name, "lr must be a number of at least 0, got " + std::to_string(lr));
}

}  // namespace

Optimizer::Optimizer(Optimizer&&) noexcept = default;
Optimizer& Optimizer::operator=(Optimizer&&) noexcept = default;
Optimizer::~Optimizer() = default;

void Optimizer::append(std::vector<Tensor> parameters, double lr) {
  if (parameters.empty()) throw Error(name_, "there are no parameters to train");
  check_lr(name_, lr);
  std::unordered_set<const void*> seen;
  for (const Tensor& p : parameters_) seen.insert(p.ref().get());
  for (const Tensor& p : parameters) {
    if (!p.is_leaf() || !p.requires_grad() || !p.is_contiguous())
      throw Error(name_, "a parameter " + to_string(p.shape()) +
                             " is not a contiguous leaf that requires a gradient");
    if (p.dtype() != f32 && p.dtype() != f64)
      throw Error(name_, "trains f32 and f64, not " + std::string(name_of(p.dtype())));
    if (!seen.insert(p.ref().get()).second)
      throw Error(name_, "parameter '" + detail::label(p, parameters_.size()) + "' " + to_string(p.shape()) +
                             " is given twice; it would be updated twice in a step");
  }
  // Made outside of any recording, like all state: what a captured step allocates is made anew by each replay.
  const lepton::detail::PauseRecording pause;
  lr_.push_back(full({}, lr, {.dtype = f64, .device = parameters[0].device()}));
  parameters_.insert(parameters_.end(), parameters.begin(), parameters.end());
}

void Optimizer::zero_grad() {
  for (const Tensor& p : parameters_) p.zero_grad();
}

double Optimizer::lr(std::size_t group) const {
  if (group >= lr_.size())
    throw Error(name_, "there are " + std::to_string(lr_.size()) + " groups, not one of number " +
                           std::to_string(group));
  return lr_[group].item();
}

void Optimizer::set_lr(double lr, std::size_t group) {
  check_lr(name_, lr);
  if (group >= lr_.size())
    throw Error(name_, "there are " + std::to_string(lr_.size()) + " groups, not one of number " +
                           std::to_string(group));
  if (lepton::detail::current_recorder)
    throw Error(name_,
                "set_lr inside a captured step would take effect once, not in its replays; call it between "
                "the steps");
  lr_[group].fill_(lr);
}

void Optimizer::set_lr(double lr) {
  for (std::size_t g = 0; g < lr_.size(); ++g) set_lr(lr, g);
}

void Optimizer::move_lr(Device device) {
  for (Tensor& t : lr_) t = t.to(device);
}

}  // namespace lepton::optim
