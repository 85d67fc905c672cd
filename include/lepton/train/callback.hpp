// Callback: code of one's own at the turns of a training.
#pragma once

#include <string>
#include <utility>

#include "lepton/data/batch.hpp"
#include "lepton/nn/module.hpp"
#include "lepton/optim/optimizer.hpp"
#include "lepton/train/progress.hpp"
#include "lepton/train/task.hpp"

namespace lepton {

/// A running training, as callbacks see it.
struct Session {
  const TrainingPosition& at;
  nn::Module& model;
  optim::Optimizer& optimizer;
  detail::Task& task;
  double step_loss = 0;  ///< of the last step; in a captured one too, since it is read outside
  std::string stopped = {};

  /// Ends the training after the update it is in. It is saved as it stands, and may be resumed.
  void stop(std::string why) { stopped = std::move(why); }
  /// The loss of a batch in evaluation mode, on the tape. Changes nothing of the training.
  LEPTON_API Tensor loss(const data::Batch& batch) const;
};

/// Is called in the thread that called `fit`, between captured steps, and may change what it likes: learning rate,
/// weights, what is frozen. What it throws ends the training.
class LEPTON_API Callback {
 public:
  virtual ~Callback();
  virtual void training_begins(Session&) {}
  virtual void epoch_begins(Session&) {}
  virtual void step_begins(Session&, const data::Batch&) {}
  virtual void step_done(Session&, const data::Batch&) {}
  /// After validation. Not called for an epoch that was interrupted.
  virtual void epoch_ends(Session&, const EpochReport&) {}
  /// What the report's notes will say too: a batch that was skipped, a checkpoint that could not be written.
  virtual void noted(Session&, const std::string&) {}
  virtual void training_ends(Session&, const Report&) {}
};

}  // namespace lepton
