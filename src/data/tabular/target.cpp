// The target: which column it is, whether its values are classes, and which.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "lepton/core/error.hpp"
#include "src/data/names.hpp"
#include "src/data/tabular/state.hpp"

namespace lepton::data::tabular {
namespace {

constexpr std::size_t kMostNumberClasses = 20;

/// The column that the options name, by its name first.
const Column& find(const Table& table, const std::string& target) {
  if (table.width() == 0) throw Error(table.source(), "has no columns");
  if (target.empty()) return table.at(-1);
  const std::int64_t named = table.find(target);
  if (named >= 0) return table.at(named);
  std::int64_t number = 0;
  const char* const end = target.data() + target.size();
  const auto [stop, error] = std::from_chars(target.data(), end, number);
  if (error == std::errc() && stop == end && number >= 1 && number <= table.width())
    return table.at(number - 1);
  if (error == std::errc() && stop == end)
    throw Error(table.source(), "has no column " + target + ": it has " + std::to_string(table.width()) +
                                    " columns, counted from 1");
  return table[target];  // throws
}

TabularTask find_task(const Column& column, TabularTask asked) {
  if (asked != TabularTask::automatic) return asked;
  if (column.type == ColumnType::text || column.type == ColumnType::boolean)
    return TabularTask::classification;
  if (column.type == ColumnType::date) return TabularTask::regression;
  std::set<double> values;
  for (const double v : column.numbers) {
    if (v != v) continue;
    if (v != std::floor(v)) return TabularTask::regression;
    values.insert(v);
    if (values.size() > kMostNumberClasses) return TabularTask::regression;
  }
  return 2 * values.size() <= column.numbers.size() ? TabularTask::classification : TabularTask::regression;
}

/// All classes, numbers in their order, text in that of its bytes.
std::vector<std::string> find_classes(const Column& column, const std::vector<std::string>& more) {
  std::vector<std::string> classes = Categories::fit(column).names;
  for (const std::string& name : more)
    if (std::find(classes.begin(), classes.end(), name) == classes.end()) classes.push_back(name);
  std::sort(classes.begin(), classes.end());
  if (column.type != ColumnType::number) return classes;
  const auto value = [](const std::string& text) {
    double v = 0;
    std::from_chars(text.data(), text.data() + text.size(), v);
    return v;
  };
  std::stable_sort(classes.begin(), classes.end(),
                   [&](const std::string& a, const std::string& b) { return value(a) < value(b); });
  return classes;
}

}  // namespace

Target make_target(const Table& table, const TabularOptions& options) {
  const Column& column = find(table, options.target);
  Target target{.column = column.name, .type = column.type, .task = find_task(column, options.task)};
  if (target.task == TabularTask::classification) {
    target.classes = find_classes(column, options.classes);
    if (target.classes.size() < 2)
      throw Error(
          table.source(),
          "the target " + in_quotes(column.name) + " has " +
              (target.classes.empty() ? "no values" : "the one class " + in_quotes(target.classes[0])) +
              "; is it the right column? --target or TabularOptions::target names another");
    return target;
  }
  if (column.type == ColumnType::text)
    throw Error(table.source(),
                "the target " + in_quotes(column.name) + " is text, which cannot be regressed on" +
                    (column.note.empty() ? "" : "; it is " + column.note) +
                    "; is it the right column? --target or TabularOptions::target names another");
  require_finite(table, column);
  target.line = standard_line(column.numbers);
  return target;
}

}  // namespace lepton::data::tabular
