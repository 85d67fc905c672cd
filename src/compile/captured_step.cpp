// CapturedStep: finds the plan for a call, or records one.
#include <algorithm>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/compile/compile.hpp"
#include "src/compile/plan.hpp"
#include "src/tensor/make.hpp"

namespace lepton::detail {
namespace {

constexpr std::size_t kMaxPlans = 8;  // shapes beyond these push out the plan that was not used for longest

/// Makes `recorder` current while it lives.
class Active {
 public:
  explicit Active(Recorder& recorder) { current_recorder = &recorder; }
  ~Active() { current_recorder = nullptr; }
  Active(const Active&) = delete;
  Active& operator=(const Active&) = delete;
};

}  // namespace

struct CapturedStep::State {
  std::vector<std::unique_ptr<Plan>> plans;  // the one used last comes first
  int recordings = 0;

  std::vector<Tensor> record(PlanKey key, StepFunction function, std::span<const Tensor> inputs) {
    ++recordings;
    std::vector<Tensor> seen;
    for (const Tensor& t : inputs) seen.push_back(stand_in(t));
    Recording recording;
    std::vector<Tensor> outputs, results;
    {
      const Active active(recording);
      outputs = function.call(function.context, seen);
      for (const auto& action : recording.exits) action();
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      results.push_back(outputs[i].detach());
      for (std::size_t k = 0; k < seen.size(); ++k)  // a stand-in must not leave
        if (outputs[i].impl().storage == seen[k].impl().storage) {
          const auto& t = outputs[i].impl();
          results.back() = make_alias(inputs[k], t.shape, t.strides, t.offset);
        }
    }
    // What the caller keeps must not change with the next replay.
    const NoGrad no_grad;
    for (Tensor& r : results)
      if (std::none_of(inputs.begin(), inputs.end(), [&](const Tensor& t) { return t.impl().storage == r.impl().storage; }))
        r = r.clone();
    plans.insert(plans.begin(), std::make_unique<Plan>(std::move(key), std::move(recording), seen, std::move(outputs)));
    if (plans.size() > kMaxPlans) plans.pop_back();
    return results;
  }
};

CapturedStep::CapturedStep() : state_(std::make_unique<State>()) {}
CapturedStep::CapturedStep(CapturedStep&&) noexcept = default;
CapturedStep& CapturedStep::operator=(CapturedStep&&) noexcept = default;
CapturedStep::~CapturedStep() = default;

std::vector<Tensor> CapturedStep::operator()(StepFunction function, std::span<const Tensor> inputs) {
  if (current_recorder) return function.call(function.context, inputs);  // part of an outer captured step
  PlanKey key = key_of(inputs, grad_enabled());
  auto& plans = state_->plans;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    if (!(plans[i]->key() == key) || !plans[i]->valid()) continue;
    std::rotate(plans.begin(), plans.begin() + std::ptrdiff_t(i), plans.begin() + std::ptrdiff_t(i) + 1);
    const NoGrad no_grad;
    return plans[0]->replay(inputs);
  }
  return state_->record(std::move(key), function, inputs);
}

int CapturedStep::recordings() const { return state_->recordings; }

std::size_t CapturedStep::arena_bytes() const {
  std::size_t bytes = 0;
  for (const auto& plan : state_->plans) bytes += plan->arena_bytes();
  return bytes;
}

std::string CapturedStep::explain() const {
  std::string text;
  for (const auto& plan : state_->plans) text += plan->explain();
  return text;
}

}  // namespace lepton::detail
