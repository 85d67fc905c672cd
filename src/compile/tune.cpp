// Tuning: notes what a step asks for, times the ways to do it, and writes down what was fastest.
#include "lepton/compile/tune.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "kernels/cpu/choice_table.hpp"
#include "kernels/cpu/tuning.hpp"
#include "lepton/core/error.hpp"
#include "src/compile/tune_runs.hpp"
#include "src/core/recorder.hpp"

namespace lepton {
namespace {

using namespace kernels::cpu;

constexpr int kFewestRuns = 3;
constexpr double kWorthIt = 0.97;  // of the table's time; less of a gain may be scatter

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// The shortest run of each way, which are run in turns: whatever else the machine does hits all of them.
std::vector<double> measure(const detail::TuneRuns& runs, std::size_t ways, double seconds) {
  std::vector<double> best(ways, 0);
  const double end = now() + seconds * double(ways);
  for (int round = -1; round < kFewestRuns || now() < end; ++round)  // the first one warms up
    for (std::size_t i = 0; i < ways; ++i) {
      const double start = now();
      runs.run(i);
      const double took = now() - start;
      if (round == 0 || (round > 0 && took < best[i])) best[i] = took;
    }
  return best;
}

struct Outcome {
  TuneResult::Entry entry;
  ChoiceRow row;
};

/// Where a way stands among all: the first algorithm is the usual one. The first of all ways stands for one that
/// nothing can do.
std::size_t place_of(const Choice& way, const std::vector<Choice>& ways) {
  const auto found = std::find_if(ways.begin(), ways.end(), [&](const Choice& w) {
    return w.compute == way.compute && (!way.algorithm || std::strcmp(w.algorithm, way.algorithm) == 0);
  });
  return found == ways.end() ? 0 : std::size_t(found - ways.begin());
}

Outcome tune_one(const Query& query, const std::vector<Choice>& ways, double seconds) {
  const std::vector<double> times = measure(detail::TuneRuns(query, ways), ways.size(), seconds);
  TuneResult::Entry entry;
  entry.by_table = entry.chosen = place_of(choose(query, table_for(this_cpu())), ways);
  const auto fastest = std::size_t(std::min_element(times.begin(), times.end()) - times.begin());
  if (times[fastest] <= kWorthIt * times[entry.by_table]) entry.chosen = fastest;
  for (std::size_t i = 0; i < ways.size(); ++i) entry.ways.push_back({to_string(ways[i]), times[i]});
  const ChoiceRow row = row_for(query, ways[entry.chosen]);
  const std::string line = to_string(row);
  entry.operation = line.substr(0, line.find(" -> "));
  return {std::move(entry), row};
}

bool same_question(const ChoiceRow& a, const ChoiceRow& b) {
  return a.op == b.op && a.allowed == b.allowed && a.where == b.where;
}

/// The new rows, then those of the tuning in place that they do not replace.
std::string text_of(const std::vector<Outcome>& outcomes) {
  std::string text = tuning_head(this_cpu());
  for (const Outcome& o : outcomes) text += to_string(o.row) + "\n";
  if (const Tuning* old = current_tuning())
    for (const ChoiceRow& row : old->rows)
      if (std::none_of(outcomes.begin(), outcomes.end(), [&](const Outcome& o) { return same_question(o.row, row); }))
        text += to_string(row) + "\n";
  return text;
}

/// Whole or not at all.
void write_file(const std::string& path, const std::string& text) {
  const std::string part = path + ".part";
  std::ofstream file(part, std::ios::binary);
  file << text;
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(part, path, error);
  if (file && !error) return;
  std::filesystem::remove(part, error);
  throw Error(path, "cannot be written");
}

}  // namespace

TuneResult tune(const std::function<void()>& step, const TuneOptions& options) {
  if (detail::current_recorder) throw Error("tune", "measures, which a captured step cannot; call it outside");
  std::vector<Query> queries;
  {
    QueryLog log;
    step();
    queries = log.queries();
  }
  std::vector<Outcome> outcomes;
  for (const Query& query : queries)
    if (const auto ways = detail::ways_for(query); ways.size() > 1)
      outcomes.push_back(tune_one(query, ways, options.seconds));
  const std::string text = text_of(outcomes);
  if (!options.save.empty()) write_file(options.save, text);
  set_tuning(std::make_unique<const Tuning>(parse_tuning(text, "tune", this_cpu())));
  TuneResult result{{}, tuning_hash()};
  for (Outcome& o : outcomes) result.entries.push_back(std::move(o.entry));
  return result;
}

std::string TuneResult::describe() const {
  std::string text;
  for (const Entry& e : entries) {
    text += e.operation + " -> " + e.ways[e.chosen].name + ";";
    for (std::size_t i = 0; i < e.ways.size(); ++i) {
      char time[40];
      std::snprintf(time, sizeof time, " %.1f us", e.ways[i].seconds * 1e6);
      text += (i == 0 ? " " : ", ") + e.ways[i].name + time + (i == e.by_table ? " (the table's)" : "");
    }
    text += "\n";
  }
  return text;
}

void load_tuning(const std::string& path) { set_tuning(std::make_unique<const Tuning>(read_tuning(path))); }

void clear_tuning() { set_tuning(nullptr); }

std::string tuning_hash() {
  const Tuning* tuning = current_tuning();
  return tuning ? tuning->hash : std::string();
}

}  // namespace lepton
