// Rounds of trials: one for a grid and for random settings, several for halving.
#include "lepton/train/search.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <thread>

#include "lepton/core/error.hpp"
#include "lepton/train/interrupt.hpp"
#include "src/train/search_journal.hpp"
#include "src/train/search_space.hpp"

namespace lepton {
namespace {

constexpr auto kWaitForOthers = std::chrono::milliseconds(20);

std::string description_of(const std::vector<SearchParameter>& space, const SearchOptions& o) {
  constexpr const char* kNames[] = {"grid", "random", "halving"};
  std::string text = kNames[int(o.method)];
  text += " seed=" + std::to_string(o.seed) + " budget=" + std::to_string(o.budget);
  if (o.method == SearchMethod::halving)  // the other methods may be given more trials later
    text += " trials=" + std::to_string(o.trials) + " factor=" + std::to_string(o.factor);
  for (const SearchParameter& p : space) {
    text += "; " + p.name;
    for (const std::string& value : p.values) text += " " + value;
    if (p.values.empty())
      text += " " + std::to_string(p.low) + " to " + std::to_string(p.high) +
              (p.scale == Scale::log ? " log" : "") + (p.whole ? " whole" : "") + " " +
              std::to_string(p.points);
  }
  return text;
}

class Search {
 public:
  Search(const std::vector<SearchParameter>& space, const std::function<double(const Trial&)>& run,
         const SearchOptions& options)
      : space_(space),
        run_(run),
        options_(options),
        journal_(options.folder, description_of(space, options)) {}

  SearchReport operator()();

 private:
  using Job = detail::Journal::Job;

  std::vector<std::int64_t> budgets(std::int64_t trials) const;
  bool round(std::int64_t number, std::int64_t budget, const std::vector<std::int64_t>& trials);
  void run_trial(const Job& job, std::int64_t budget);
  Setting setting(std::int64_t trial) const;
  /// Larger is better; what failed is worst.
  double merit(const Job& job) const;

  const std::vector<SearchParameter>& space_;
  const std::function<double(const Trial&)>& run_;
  const SearchOptions& options_;
  detail::Journal journal_;
};

Setting Search::setting(std::int64_t trial) const {
  return options_.method == SearchMethod::grid ? detail::grid_setting(space_, trial)
                                               : detail::random_setting(space_, trial, options_.seed);
}

double Search::merit(const Job& job) const {
  const double value = journal_.results().at(job).value;
  if (std::isnan(value)) return -std::numeric_limits<double>::infinity();
  return options_.goal == optim::PlateauMode::min ? -value : value;
}

/// Of the rounds. The first has at least a budget of 1, and the last some trial.
std::vector<std::int64_t> Search::budgets(std::int64_t trials) const {
  std::vector<std::int64_t> result{options_.budget};
  if (options_.method != SearchMethod::halving) return result;
  for (std::int64_t left = trials; left > 1 && result.front() / options_.factor >= 1; left /= options_.factor)
    result.insert(result.begin(), result.front() / options_.factor);
  return result;
}

void Search::run_trial(const Job& job, std::int64_t budget) {
  const Trial trial{job.second, setting(job.second), budget, journal_.trial_folder(job.second)};
  detail::Journal::Result result{std::numeric_limits<double>::quiet_NaN(), {}};
  try {
    result.value = run_(trial);
    if (std::isnan(result.value)) result.error = "it gave no number";
  } catch (const Error& error) {
    result.error = error.what();
  }
  if (!interrupt_requested()) journal_.add(job, result);  // else it may not have run to its end
}

/// Until all trials of the round have a result, of this process or of another. False where it was interrupted.
bool Search::round(std::int64_t number, std::int64_t budget, const std::vector<std::int64_t>& trials) {
  while (true) {
    bool waiting = false;
    for (const std::int64_t trial : trials) {
      const Job job(number, trial);
      if (interrupt_requested()) return false;
      if (journal_.results().contains(job)) continue;
      const auto claim = journal_.claim(job);
      journal_.refresh();
      if (journal_.results().contains(job)) continue;
      if (claim) run_trial(job, budget);
      waiting = waiting || !claim;
    }
    if (interrupt_requested()) return false;
    if (!waiting) return true;
    std::this_thread::sleep_for(kWaitForOthers);
  }
}

SearchReport Search::operator()() {
  const bool grid = options_.method == SearchMethod::grid;
  std::vector<std::int64_t> trials(std::size_t(grid ? detail::grid_size(space_) : options_.trials));
  std::iota(trials.begin(), trials.end(), 0);
  const auto all = budgets(std::int64_t(trials.size()));
  SearchReport report;
  std::vector<TrialResult> results(trials.size());
  std::int64_t number = 0;
  for (; number < std::int64_t(all.size()); ++number) {
    const std::int64_t budget = all[std::size_t(number)];
    report.interrupted = !round(number, budget, trials);
    for (const std::int64_t trial : trials)
      if (const auto found = journal_.results().find({number, trial}); found != journal_.results().end())
        results[std::size_t(trial)] = {
            {trial, setting(trial), budget, {}}, found->second.value, found->second.error};
    if (report.interrupted || number + 1 == std::int64_t(all.size())) break;
    std::stable_sort(trials.begin(), trials.end(), [&](std::int64_t a, std::int64_t b) {
      return merit({number, a}) > merit({number, b});
    });
    trials.resize((trials.size() + std::size_t(options_.factor) - 1) / std::size_t(options_.factor));
  }
  for (TrialResult& r : results)
    if (r.trial.budget > 0) report.trials.push_back(std::move(r));
  for (std::size_t i = 0; i < report.trials.size(); ++i) {
    const TrialResult& r = report.trials[i];
    if (std::isnan(r.value) || r.trial.budget != options_.budget) continue;
    const double sign = options_.goal == optim::PlateauMode::min ? -1 : 1;
    if (report.best < 0 || sign * r.value > sign * report.trials[std::size_t(report.best)].value)
      report.best = std::int64_t(i);
  }
  return report;
}

}  // namespace

SearchReport search(const std::vector<SearchParameter>& space, const std::function<double(const Trial&)>& run,
                    const SearchOptions& options) {
  detail::check_space(space);
  if (options.trials < 1 || options.budget < 1 || options.factor < 2)
    throw Error("search", "needs trials >= 1, budget >= 1 and factor >= 2");
  return Search(space, run, options)();
}

}  // namespace lepton
