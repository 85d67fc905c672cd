// Evaluation: figures of a model on a dataset.
#include "lepton/train/evaluate.hpp"

#include "lepton/autograd/no_grad.hpp"
#include "lepton/compile/compile.hpp"
#include "lepton/core/rng.hpp"
#include "lepton/train/interrupt.hpp"
#include "src/train/evaluation.hpp"
#include "src/train/mode_guard.hpp"

namespace lepton::detail {
namespace {

/// A task's pass over a batch, captured where that can be.
class EvaluationStep {
 public:
  EvaluationStep(Task& task, Task::Want want)
      : task_(task), want_(want), captured_({.on_refusal = Refusal::eager}) {}

  Task::Outcome operator()(const data::Batch& batch) {
    const auto call = [](void* self, std::span<const Tensor> inputs) {
      return static_cast<EvaluationStep*>(self)->run(data::Batch({inputs.begin(), inputs.end()}));
    };
    std::vector<Tensor> results = captured_({this, call}, {batch.begin(), batch.end()});
    Task::Outcome outcome;
    std::size_t i = 0;
    if (has_loss_) outcome.loss = results[i++];
    if (i < results.size()) outcome.prediction = results[i];
    return outcome;
  }

 private:
  std::vector<Tensor> run(const data::Batch& batch) {
    Task::Outcome outcome = task_.evaluate(batch, want_);
    has_loss_ = outcome.loss.defined();
    std::vector<Tensor> results;
    for (Tensor* t : {&outcome.loss, &outcome.prediction})
      if (t->defined()) results.push_back(std::move(*t));
    return results;
  }

  Task& task_;
  Task::Want want_;
  CapturedStep captured_;
  bool has_loss_ = false;
};

}  // namespace

Task::~Task() = default;

void Task::throw_not_callable() {
  throw Error(
      "fit",
      "metrics, and a loss of output and target, need a model that can be called with a Tensor, the first of "
      "the batch, or with the whole Batch, and gives a Tensor");
}

Device device_of(nn::Module& module) {
  const auto parameters = module.parameters();
  return parameters.empty() ? kCpu : parameters[0].device();
}

data::Batch moved(data::Batch&& batch, Device device) {
  for (Tensor& t : batch)
    if (t.device() != device) t = t.to(device);
  return std::move(batch);
}

bool for_each_outcome(Task& task, data::Loader& loader, Task::Want want, OnInterrupt on_interrupt,
                      const std::function<void(const data::Batch&, const Task::Outcome&)>& take) {
  const ModeGuard modes(task.module());
  const GeneratorGuard generator;
  const NoGrad no_grad;
  task.module().eval();
  const Device device = device_of(task.module());
  EvaluationStep step(task, want);
  for (data::Batch& read : loader) {
    if (on_interrupt == OnInterrupt::stop && interrupt_requested()) return false;
    const data::Batch batch = moved(std::move(read), device);
    take(batch, step(batch));
  }
  return true;
}

std::optional<std::vector<Figure>> evaluate_pass(Task& task, data::Loader& loader,
                                                 const std::vector<Metric>& metrics,
                                                 OnInterrupt on_interrupt) {
  std::vector<std::unique_ptr<Metric::Run>> runs;
  for (const Metric& m : metrics) runs.push_back(m.begin());
  const Task::Want want = metrics.empty() ? Task::Want::loss : Task::Want::loss_and_prediction;
  double loss_sum = 0, samples = 0;
  bool has_loss = false;
  const auto add = [&](const data::Batch& batch, const Task::Outcome& outcome) {
    const double n = double(batch[0].size(0));
    if (outcome.loss.defined()) {
      has_loss = true;
      loss_sum += outcome.loss.item() * n;
      samples += n;
    }
    for (std::size_t i = 0; i < runs.size(); ++i)
      runs[i]->update(outcome.prediction, batch[metrics[i].target()]);
  };
  if (!for_each_outcome(task, loader, want, on_interrupt, add)) return std::nullopt;

  std::vector<Figure> figures;
  if (has_loss) figures.push_back({"loss", loss_sum / samples});
  for (std::size_t i = 0; i < runs.size(); ++i) figures.push_back({metrics[i].name(), runs[i]->value()});
  return figures;
}

std::vector<Figure> evaluate(Task& task, const data::Dataset& data, const std::vector<Metric>& metrics,
                             const EvaluateOptions& options) {
  const Autocast autocast(options.autocast);
  data::Loader loader(
      data, {.batch_size = options.batch_size, .shuffle = data::Shuffle::never, .workers = options.workers});
  return *evaluate_pass(task, loader, metrics, OnInterrupt::go_on);
}

}  // namespace lepton::detail
