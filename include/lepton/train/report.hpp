// What a training tells: figures by epoch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lepton {

/// A figure of merit with its name, such as {"accuracy", 0.97}.
struct Figure {
  std::string name;
  double value = 0;
};

/// One pass over the training data, or what an interruption left of it.
struct EpochReport {
  std::int64_t epoch = 0;               ///< from 1
  std::int64_t steps = 0;               ///< updates made in this pass
  std::int64_t samples = 0;             ///< trained on in this pass
  double seconds = 0;                   ///< of training, validation and saving not counted
  double loss = 0;                      ///< mean over the epoch's samples, each at the step that used it
  std::int64_t skipped = 0;             ///< batches that gave no update, see OnBadStep and GradScaler
  double lr = 0;                        ///< of the first group, in the last step
  std::vector<Figure> validation = {};  ///< "loss" and the metrics; empty without validation data
};

/// What `fit` did. Epochs that a resumed checkpoint had behind it are not among `epochs`.
struct Report {
  std::vector<EpochReport> epochs = {};
  std::int64_t epochs_done = 0;  ///< whole epochs from the beginning, those before a resumption counted
  std::int64_t steps = 0;        ///< updates from the beginning, likewise
  std::vector<std::string> notes = {};  ///< worth knowing, but no failure: "resumed with another tuning: ..."
  bool interrupted = false;             ///< stopped before its end by `request_interrupt` or a signal
  std::string stopped = {};     ///< why it ended early otherwise: a callback, or no better figure for long
  double best = 0;              ///< the best of the figures that were watched, and
  std::int64_t best_epoch = 0;  ///< the epoch that gave it, from 1; 0 where none did
  std::string save_error = {};  ///< why the last checkpoint is not there; empty where it is
};

}  // namespace lepton
