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
  double loss = 0;                      ///< mean over the samples, each at the step that used it
  std::vector<Figure> validation = {};  ///< "loss" and the metrics; empty without validation data
};

/// What `fit` did. Epochs that a resumed checkpoint had behind it are not among `epochs`.
struct Report {
  std::vector<EpochReport> epochs = {};
  std::int64_t epochs_done = 0;         ///< whole epochs from the beginning, those before a resumption counted
  std::int64_t steps = 0;               ///< updates from the beginning, likewise
  std::vector<std::string> notes = {};  ///< worth knowing, but no failure: "resumed with another tuning: ..."
  bool interrupted = false;             ///< stopped before its end by `request_interrupt` or a signal
};

}  // namespace lepton
