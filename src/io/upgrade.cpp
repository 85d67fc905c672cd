// One step count and rate for all parameters become one for each, and a rate for the group.
#include "src/io/upgrade.hpp"

#include <algorithm>
#include <string_view>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/tensor/factory.hpp"

namespace lepton::io {
namespace {

constexpr std::string_view kStepState = "optim.step_state";
constexpr std::string_view kStep = "optim.step.";
constexpr std::string_view kLr = "optim.lr.";
constexpr std::string_view kMomentum = "optim.momentum_buffer.";

bool has(const Named& tensors, std::string_view prefix) {
  return std::any_of(tensors.begin(), tensors.end(), [&](const auto& t) { return t.first.starts_with(prefix); });
}

}  // namespace

Named upgraded(Named saved, const Named& wanted) {
  const auto old = std::find_if(saved.begin(), saved.end(), [](const auto& t) { return t.first == kStepState; });
  if (old == saved.end()) return saved;
  const NoGrad no_grad;
  const Tensor state = old->second;
  if (state.dtype() != f64 || state.rank() != 1 || state.numel() < 2) return saved;  // foreign: refused by its name
  saved.erase(old);
  for (const auto& [name, target] : wanted) {
    if (name.starts_with(kLr)) saved.emplace_back(name, state.select(0, 0));
    if (!name.starts_with(kStep)) continue;
    const Tensor progress = zeros(target.shape(), {.dtype = f64});
    const std::int64_t count = std::min(progress.numel(), state.numel() - 1);
    progress.slice(0, 0, count).copy_(state.slice(0, 1, 1 + count));
    saved.emplace_back(name, progress);
  }
  if (!has(wanted, kMomentum)) std::erase_if(saved, [](const auto& t) { return t.first.starts_with(kMomentum); });
  return saved;
}

}  // namespace lepton::io
