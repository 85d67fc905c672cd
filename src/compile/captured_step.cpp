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

  /// The plan for a call, moved to the front; null where there is none.
  Plan* find(std::span<const Tensor> inputs) {
    for (auto plan = plans.begin(); plan != plans.end(); ++plan) {
      if (!matches((*plan)->key(), inputs, grad_enabled()) || !(*plan)->valid()) continue;
      std::rotate(plans.begin(), plan, plan + 1);
      return plans.front().get();
    }
    return nullptr;
  }

  std::vector<Tensor> record(StepFunction function, std::span<const Tensor> inputs) {
    PlanKey key = key_of(inputs, grad_enabled());
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
  Plan* const plan = state_->find(inputs);
  if (!plan) return state_->record(function, inputs);
  std::vector<Tensor> results(plan->results());
  const NoGrad no_grad;
  plan->replay(inputs, results);
  return results;
}

void CapturedStep::run(StepFunction function, std::span<const Tensor> inputs, std::span<Tensor> results) {
  Plan* const plan = current_recorder ? nullptr : state_->find(inputs);
  if (plan) {
    const NoGrad no_grad;
    plan->replay(inputs, results);
    return;
  }
  std::vector<Tensor> made = (*this)(function, inputs);
  std::move(made.begin(), made.end(), results.begin());
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

std::string CapturedStep::profile(StepFunction function, std::span<const Tensor> inputs, int steps) {
  if (!state_->find(inputs)) state_->record(function, inputs);
  std::vector<std::vector<double>> samples;
  Plan* plan = nullptr;
  for (int i = 0; i < steps && (plan = state_->find(inputs)); ++i) {
    const NoGrad no_grad;  // after `find`, which looks for a plan of this mode
    std::vector<Tensor> results(plan->results());
    samples.emplace_back(plan->launches());
    plan->replay(inputs, results, samples.back());
  }
  if (!plan) throw Error("profile", "the step is recorded anew at every call, so that there is no plan to time");
  std::vector<double> medians(plan->launches());
  for (std::size_t k = 0; k < medians.size(); ++k) {
    std::vector<double> times;
    for (const auto& sample : samples) times.push_back(sample[k]);
    std::nth_element(times.begin(), times.begin() + std::ptrdiff_t(times.size() / 2), times.end());
    medians[k] = times[times.size() / 2];
  }
  return plan->explain(medians);
}

}  // namespace lepton::detail
