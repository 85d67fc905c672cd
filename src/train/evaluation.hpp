// One pass over a dataset without training: mean loss and metrics.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "lepton/core/rng.hpp"
#include "lepton/data/loader.hpp"
#include "lepton/train/metric.hpp"
#include "lepton/train/report.hpp"
#include "lepton/train/task.hpp"

namespace lepton::detail {

/// Puts the default generator back where it was.
struct GeneratorGuard {
  Generator saved = default_generator();
  ~GeneratorGuard() {
    default_generator().set_seed(saved.seed());
    default_generator().set_offset(saved.offset());
  }
};

/// Where the model's parameters lie; the CPU for a model without.
Device device_of(nn::Module& module);

/// The batch's tensors on that device.
data::Batch moved(data::Batch&& batch, Device device);

enum class OnInterrupt { stop, go_on };

/// Gives `take` each batch and what the task makes of it, captured where that can be, in evaluation mode and off the
/// tape. Modes and the default generator are as before afterwards, so that evaluating never changes a training. False
/// where it was stopped by an interruption.
bool for_each_outcome(Task& task, data::Loader& loader, Task::Want want, OnInterrupt on_interrupt,
                      const std::function<void(const data::Batch&, const Task::Outcome&)>& take);

/// "loss", where the task has one, and the metrics; nothing where it was stopped by an interruption.
std::optional<std::vector<Figure>> evaluate_pass(Task& task, data::Loader& loader,
                                                 const std::vector<Metric>& metrics,
                                                 OnInterrupt on_interrupt);

}  // namespace lepton::detail
