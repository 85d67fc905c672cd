// Updater: what a training does with a batch, from the loss to the optimizer's step.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "lepton/compile/compile.hpp"
#include "lepton/train/fit.hpp"
#include "lepton/train/task.hpp"

namespace lepton::detail {

/// Runs steps, captured where that can be. Several batches make one update where they are accumulated: between the
/// first and the last of them, the group is open.
class Updater {
 public:
  /// Throws where an option is out of range. All three must outlive it.
  Updater(Task& task, optim::Optimizer& optimizer, const FitOptions& options);

  struct Outcome {
    double loss = 0;
    double norm = 0;       ///< of the gradients, where it was computed
    bool updated = false;  ///< the parameters took a step
  };
  /// `share`: of the batch in the samples of its update. `last`: the update is due.
  Outcome step(const data::Batch& batch, double share, bool last);
  /// Takes the step that is due though its last batch failed.
  void close();
  bool open() const { return open_; }

  /// Why steps run as written though they were to be captured; empty where they are.
  const std::string& refusal() const { return refusal_; }

 private:
  struct Part {
    bool first, last;
  };
  std::size_t run(const data::Batch& batch, const Tensor& share, Part part, std::span<Tensor> results);
  std::vector<Tensor> results_of(const data::Batch& batch, const Tensor& share, Part part);
  Tensor update();
  bool looks_at_norm() const;

  Task& task_;
  optim::Optimizer& optimizer_;
  const FitOptions& options_;
  std::optional<optim::GradScaler> guard_;  // with a scale of 1: leaves out steps that are not finite
  optim::GradScaler* scaler_;
  std::array<CapturedStep, 4> captured_;  // by Part
  std::string refusal_;
  bool open_ = false;
};

}  // namespace lepton::detail
