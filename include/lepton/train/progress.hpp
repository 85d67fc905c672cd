// Watching a training: an interface, and an implementation for the console.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "lepton/core/export.hpp"
#include "lepton/train/report.hpp"

namespace lepton {

/// Where a training stands.
struct TrainingPosition {
  std::int64_t epoch = 1, epochs = 1;   ///< the running one, from 1, and all
  std::int64_t step = 0, steps = 0;     ///< done of this epoch, and all of it
  std::int64_t samples = 0;             ///< trained on in this epoch since it began or was resumed
  double seconds = 0;                   ///< since then
  double loss = 0;                      ///< mean over these samples
  std::vector<Figure> validation = {};  ///< of the epoch before; empty at first
};

/// Is told how a training goes, in the thread that called `fit`.
class LEPTON_API Progress {
 public:
  virtual ~Progress();
  virtual void epoch_begins(const TrainingPosition&) {}
  virtual void step_done(const TrainingPosition&) {}
  /// After validation. Not called for an epoch that was interrupted.
  virtual void epoch_ends(const TrainingPosition&, const EpochReport&) {}
  /// Of what the report's notes will say too, as soon as it is known: no checkpoint could be written.
  virtual void noted(const TrainingPosition&, const std::string&) {}
};

/// Prints it: on a terminal one line that is drawn anew, elsewhere a line an epoch and at most one in ten
/// seconds. Rates count samples of training.
class LEPTON_API ConsoleProgress : public Progress {
 public:
  /// `stream` is not owned. The default is standard error.
  explicit ConsoleProgress(std::FILE* stream = stderr);
  /// Leaves a terminal's cursor on a line of its own.
  ~ConsoleProgress() override;
  ConsoleProgress(const ConsoleProgress&) = delete;
  ConsoleProgress& operator=(const ConsoleProgress&) = delete;

  void epoch_begins(const TrainingPosition& at) override;
  void step_done(const TrainingPosition& at) override;
  void epoch_ends(const TrainingPosition& at, const EpochReport& report) override;
  void noted(const TrainingPosition& at, const std::string& text) override;

 private:
  void draw(const TrainingPosition& at);
  void print_line(const std::string& line);

  std::FILE* stream_;
  bool terminal_;
  bool unfinished_ = false;      // the cursor stands behind a drawn line
  std::int64_t first_step_ = 0;  // of this epoch, where a resumed one went on
  double last_ = 0;              // seconds into the epoch when something was last printed
};

}  // namespace lepton
