// search: settings of hyper-parameters that give the best figure.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "lepton/core/export.hpp"
#include "lepton/optim/scheduler.hpp"

namespace lepton {

enum class Scale { linear, log };

/// A hyper-parameter and the values that it may have.
struct SearchParameter {
  std::string name;
  std::vector<std::string> values = {};  ///< a choice of these; empty: a range of numbers
  double low = 0, high = 0;
  Scale scale = Scale::linear;
  bool whole = false;       ///< rounded to whole numbers
  std::int64_t points = 5;  ///< of a range, in a grid
};

/// choice("width", {16, 32, 64}), choice("activation", {"relu", "gelu"})
LEPTON_API SearchParameter choice(std::string name, std::initializer_list<const char*> values);
LEPTON_API SearchParameter choice(std::string name, std::initializer_list<double> values);

/// The values of a trial, by the names of their parameters.
class LEPTON_API Setting {
 public:
  Setting() = default;
  explicit Setting(std::vector<std::pair<std::string, std::string>> values) : values_(std::move(values)) {}

  /// They throw where there is no such parameter, or its value is no number.
  const std::string& text(const std::string& name) const;
  double number(const std::string& name) const;
  std::int64_t whole(const std::string& name) const;
  const std::vector<std::pair<std::string, std::string>>& values() const { return values_; }
  /// "lr=0.01 width=32"
  std::string describe() const;

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

/// What a trial is given.
struct Trial {
  std::int64_t number = 0;  ///< from 0; the same setting has the same
  Setting setting = {};
  std::int64_t budget = 0;  ///< epochs, or whatever the budget counts, from the beginning
  std::string folder =
      {};  ///< its own, which a trial of a larger budget finds again; empty without one for the search
};

enum class SearchMethod {
  grid,  ///< every combination
  random,  ///< `trials` settings, spread evenly by a low-discrepancy sequence (Halton 1960) that the seed shifts
  halving  ///< random ones with a small budget; of each round the best 1/factor go on (Jamieson & Talwalkar 2016)
};

struct SearchOptions {
  SearchMethod method = SearchMethod::random;
  std::int64_t trials = 30;  ///< settings, but for a grid
  std::uint64_t seed = 0;
  optim::PlateauMode goal = optim::PlateauMode::min;
  std::int64_t budget = 1;  ///< of a trial; in halving of those of the last round
  std::int64_t factor = 3;  ///< of halving
  /// Where results are kept as they come: a search that was stopped or killed goes on from them. Programs that run the
  /// same search at the same time in one folder share its trials, on any machine that sees it.
  std::string folder = {};
};

/// How a trial came out.
struct TrialResult {
  Trial trial;
  double value = 0;        ///< NaN where it failed
  std::string error = {};  ///< why it did
};

struct SearchReport {
  std::vector<TrialResult> trials;  ///< by number; of halving the last round of each
  bool interrupted = false;         ///< by request_interrupt or a signal; it can go on
  std::int64_t best = -1;  ///< index of the best among those of the largest budget; -1 where all failed
};

/// Calls `run` for settings of the space, and reports what it gave: a figure of a validation, say. A trial that throws
/// an Error has failed, and the search goes on. Throws for a space or options that make no sense, and where the folder
/// holds another search or cannot be written.
///
///   const SearchReport found = search({{.name = "lr", .low = 1e-4, .high = 1e-1, .scale = Scale::log},
///                                      choice("width", {16, 64, 256})},
///                                     [&](const Trial& trial) { return loss_of(trial.setting, trial.budget); },
///                                     {.trials = 30, .budget = 10, .folder = "search"});
LEPTON_API SearchReport search(const std::vector<SearchParameter>& space,
                               const std::function<double(const Trial&)>& run,
                               const SearchOptions& options = {});

}  // namespace lepton
