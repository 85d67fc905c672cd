// One pass over a dataset without training: mean loss and metrics.
#pragma once

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

/// "loss", where the task has one, and the metrics; nothing where it was stopped by an interruption. Sets
/// evaluation mode and puts the modes back, and leaves the default generator as it was, so that evaluating
/// never changes a training.
std::optional<std::vector<Figure>> evaluate_pass(Task& task, data::Loader& loader,
                                                 const std::vector<Metric>& metrics,
                                                 OnInterrupt on_interrupt);

}  // namespace lepton::detail
