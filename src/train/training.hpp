// Training: the state of a running `fit`, and its turns.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lepton/data/loader.hpp"
#include "lepton/io/checkpoint.hpp"
#include "lepton/train/fit.hpp"
#include "src/train/monitor.hpp"
#include "src/train/updater.hpp"

namespace lepton::detail {

class Training {
 public:
  Training(Task& task, optim::Optimizer& optimizer, const data::Loader& train, const FitOptions& options);
  Report run();

 private:
  // The loop (fit.cpp).
  bool going() const;
  void train_epoch();
  /// Reads and trains on the next batch. False where the epoch is over.
  bool next_batch(std::optional<data::Loader::Iterator>& at);
  bool train_on(const data::Batch& batch);
  void account(const Updater::Outcome& outcome, std::int64_t samples);
  double share_of(std::int64_t samples) const;
  void epoch_trained();
  /// Whether `action` threw no Error; one that it did throw is dealt with as the options say.
  template <class Action> bool attempt(Action&& action);
  void failed(const std::string& what);
  void note(const std::string& text);
  void announce(const std::string& text);
  template <class... Parameters, class... Given>
  void tell(void (Callback::*turn)(Parameters...), Given&&... given);

  // What follows an epoch (training_validation.cpp).
  /// Validation and what depends on it. It stays undone where it is interrupted.
  void validate();
  bool evaluate_into(std::vector<Figure>& figures);
  void refresh_statistics();

  // Checkpoints (training_checkpoint.cpp).
  void resume();
  void check_options() const;
  void make_folders() const;
  void save();
  void save_best();
  void write(const std::string& folder);
  io::Named parts() const;
  void restart_schedule();
  std::string next_samples() const;

  Task& task_;
  optim::Optimizer& optimizer_;
  const FitOptions& options_;
  data::Loader loader_;
  Device device_;
  Updater updater_;
  Monitor monitor_;
  std::optional<optim::Scheduler> scheduler_;
  std::int64_t epoch_ = 0, step_ = 0;     // the next to run, from 0
  std::int64_t saved_step_ = 0;           // of the epoch, at the last checkpoint
  bool saved_ = false;                    // whether the checkpoint is of this position
  bool unvalidated_ = false;              // validation of the epoch before was interrupted
  double loss_sum_ = 0, loss_count_ = 0;  // of this epoch's samples
  TrainingPosition position_;
  Report report_;
  Session session_{position_, task_.module(), optimizer_, task_};
};

}  // namespace lepton::detail
