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
  CompileOptions options;
  std::vector<std::unique_ptr<Plan>> plans;  // the one used last comes first
  int recordings = 0;
  std::string refusal;

  /// The plan for a call, moved to the front; null where there is none.
  Plan* find(std::span<const Tensor> inputs) {
    for (auto plan = plans.begin(); plan != plans.end(); ++plan) {
      if (!matches((*plan)->key(), inputs, grad_enabled()) || !(*plan)->valid()) continue;
      std::rotate(plans.begin(), plan, plan + 1);
      return plans.front().get();
    }
    return nullptr;
  }

  /// A step that ran as written while it was recorded.
  struct Recorded {
    Recording recording;
    std::vector<Tensor> inputs, outputs;  // stand-ins, and what the function gave
    std::vector<Tensor> results;          // for the caller
  };

  Recorded record(StepFunction function, std::span<const Tensor> inputs) {
    ++recordings;
    Recorded r{Recording(options.on_refusal), {}, {}, {}};
    for (const Tensor& t : inputs) r.inputs.push_back(stand_in(t));
    {
      const Active active(r.recording);
      r.outputs = function.call(function.context, r.inputs);
      for (const auto& action : r.recording.exits) action();
    }
    for (const Tensor& t : r.inputs)
      for (RecordedStorage& s : r.recording.storages) s.input = s.input || s.storage == t.impl().storage;
    for (const Tensor& output : r.outputs) r.results.push_back(result(output, inputs, r.inputs));
    return r;
  }

  /// What the caller keeps of an output: a look at its own input where that came back, else a copy, which the next
  /// replay does not change.
  static Tensor result(const Tensor& output, std::span<const Tensor> inputs, std::span<const Tensor> seen) {
    const auto& t = output.impl();
    for (std::size_t k = 0; k < seen.size(); ++k)
      if (t.storage == seen[k].impl().storage) return make_alias(inputs[k], t.shape, t.strides, t.offset);
    const NoGrad no_grad;
    return output.detach().clone();
  }

  /// The first call with inputs like these.
  std::vector<Tensor> make_plan(StepFunction function, std::span<const Tensor> inputs) {
    PlanKey key = key_of(inputs, grad_enabled());
    Recorded r = record(function, inputs);
    refusal = r.recording.refusal;
    if (!refusal.empty()) return std::move(r.results);
    plans.insert(plans.begin(),
                 std::make_unique<Plan>(std::move(key), std::move(r.recording), r.inputs, std::move(r.outputs)));
    if (plans.size() > kMaxPlans) plans.pop_back();
    return std::move(r.results);
  }

  bool wants_verification(Plan& plan) const {
    return options.verify > 0 && ++plan.calls >= options.verify;
  }

  /// A call that runs as written, and must do what the plan does.
  std::vector<Tensor> verify(Plan& plan, StepFunction function, std::span<const Tensor> inputs) {
    plan.calls = 0;
    Recorded r = record(function, inputs);
    --recordings;
    const std::string difference = plan.fingerprint().difference(Fingerprint(r.recording));
    if (!difference.empty())
      throw Error("compile", "the step is not what was captured: " + difference +
                                 "; what host code decides must come in through the inputs' shapes, or the step must "
                                 "stay eager");
    return std::move(r.results);
  }
};

CapturedStep::CapturedStep(const CompileOptions& options) : state_(std::make_unique<State>()) {
  if (options.verify < 0) throw Error("compile", "verify must be at least 0, got " + std::to_string(options.verify));
  state_->options = options;
}
CapturedStep::CapturedStep(CapturedStep&&) noexcept = default;
CapturedStep& CapturedStep::operator=(CapturedStep&&) noexcept = default;
CapturedStep::~CapturedStep() = default;

std::vector<Tensor> CapturedStep::operator()(StepFunction function, std::span<const Tensor> inputs) {
  // Part of an outer captured step, or one that cannot be captured.
  if (current_recorder || !state_->refusal.empty()) return function.call(function.context, inputs);
  Plan* const plan = state_->find(inputs);
  if (!plan) return state_->make_plan(function, inputs);
  if (state_->wants_verification(*plan)) return state_->verify(*plan, function, inputs);
  std::vector<Tensor> results(plan->results());
  const NoGrad no_grad;
  plan->replay(inputs, results);
  return results;
}

void CapturedStep::run(StepFunction function, std::span<const Tensor> inputs, std::span<Tensor> results) {
  Plan* const plan = current_recorder || state_->options.verify > 0 ? nullptr : state_->find(inputs);
  if (plan) {
    const NoGrad no_grad;
    plan->replay(inputs, results);
    return;
  }
  std::vector<Tensor> made = (*this)(function, inputs);
  std::move(made.begin(), made.end(), results.begin());
}

const std::string& CapturedStep::refusal() const { return state_->refusal; }
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
  if (!state_->find(inputs)) state_->make_plan(function, inputs);
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
