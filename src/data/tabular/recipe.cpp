// Recipes: learnt from the training rows of a column.
#include <chrono>
#include <cmath>
#include <limits>

#include "lepton/core/error.hpp"
#include "src/data/names.hpp"
#include "src/data/tabular/state.hpp"

namespace lepton::data::tabular {
namespace {

constexpr double kDay = 86400, kHour = 3600;

const char* suffix(Part part) {
  switch (part) {
    case Part::month: return ".month";
    case Part::day: return ".day";
    case Part::weekday: return ".weekday";
    case Part::hour: return ".hour";
    default: return "";
  }
}

Line fit_line(std::span<const double> values, Scaling scaling) {
  switch (scaling) {
    case Scaling::standard: return standard_line(values);
    case Scaling::min_max: return min_max_line(values, 0, 1);
    case Scaling::robust: return robust_line(values, 0.25, 0.75);
    default: return {};
  }
}

/// Imputed first, then scaled by what the imputed column is.
NumberFeature fit_feature(const Column& column, Part part, const NumberOptions& options) {
  std::vector<double> values;
  values.reserve(column.numbers.size());
  for (const double v : column.numbers) values.push_back(part_of(v, part));
  NumberFeature feature{.part = part, .fill = imputed(values, options.impute, options.fill)};
  for (double& v : values)
    if (v != v) v = feature.fill;
  feature.line = fit_line(values, options.scaling);
  return feature;
}

/// Whether some date has a time of day other than midnight.
bool has_hours(const Column& column) {
  for (const double v : column.numbers)
    if (v == v && std::fmod(v, kDay) != 0) return true;
  return false;
}

std::vector<Part> parts_of(const Column& column, DateParts dates) {
  if (column.type != ColumnType::date) return {Part::value};
  std::vector<Part> parts{Part::days};
  if (dates == DateParts::days) return parts;
  parts.insert(parts.end(), {Part::month, Part::day, Part::weekday});
  if (has_hours(column)) parts.push_back(Part::hour);
  return parts;
}

Recipe make_categories(const Column& column, const TextOptions& options) {
  if (options.impute == Impute::mean || options.impute == Impute::median)
    throw Error("TabularPipeline",
                "column " + in_quotes(column.name) +
                    " is text, which has no mean or median; impute the most frequent, or a "
                    "constant");
  if (options.most < 0) throw Error("TabularPipeline", "most must not be negative");
  Recipe recipe{.column = column.name,
                .type = column.type,
                .fill = options.fill,
                .encoding = options.encoding,
                .unknown = options.unknown};
  if (options.impute == Impute::most_frequent) {
    const Categories all = Categories::fit(column);
    std::int64_t best = -1;
    std::vector<std::int64_t> counts(all.names.size());
    for (const std::int64_t place : all.find_all(column))
      if (place >= 0) ++counts[std::size_t(place)];
    for (std::size_t i = 0; i < counts.size(); ++i)
      if (counts[i] > best) best = counts[i], recipe.fill = all.names[i];
  }
  Column filled = column;
  if (column.missing_count() > 0) {
    std::vector<std::string> words;
    for (std::int64_t i = 0; i < column.size(); ++i)
      words.push_back(column.missing(i) ? *recipe.fill : column.text(i));
    filled = text_column(column.name, words);
  }
  recipe.categories = Categories::fit(filled, options.most);
  return recipe;
}

}  // namespace

double part_of(double value, Part part) {
  if (part == Part::value || value != value) return value;
  const double days = std::floor(value / kDay);
  if (part == Part::days) return value / kDay;
  if (part == Part::hour) return std::floor((value - days * kDay) / kHour);
  using namespace std::chrono;
  const sys_days day{std::chrono::days(std::int64_t(days))};
  if (part == Part::weekday) return double(weekday(day).iso_encoding() - 1);
  const year_month_day date{day};
  return part == Part::month ? double(unsigned(date.month())) : double(unsigned(date.day()));
}

std::int64_t Recipe::width() const {
  if (categories) return encoding == Encoding::one_hot ? categories->size() : 1;
  return std::int64_t(numbers.size()) + (indicator ? 1 : 0);
}

std::vector<std::string> Recipe::feature_names() const {
  std::vector<std::string> names;
  for (const NumberFeature& f : numbers) names.push_back(column + suffix(f.part));
  if (indicator) names.push_back(column + ".missing");
  if (!categories) return names;
  if (encoding == Encoding::ordinal) return {column};
  for (const std::string& name : categories->names) names.push_back(column + "=" + name);
  if (categories->other) names.push_back(column + "=(other)");
  return names;
}

std::string Recipe::describe() const {
  const std::int64_t n = width();
  std::string text =
      column + ": " + to_string(type) + ", " + std::to_string(n) + (n == 1 ? " feature" : " features");
  if (categories) return text + (categories->other ? ", rare ones together" : "");
  for (const NumberFeature& f : numbers)
    text +=
        (f.part == Part::value || f.part == Part::days ? std::string() : "," + std::string(suffix(f.part))) +
        (f.line.scale != 1 || f.line.centre != 0
             ? ", (x - " + number_text(float(f.line.centre)) + ") / " + number_text(float(f.line.scale))
             : std::string());
  return text;
}

std::string place(const Table& table, std::int64_t row, const Column& column) {
  return "row " + std::to_string(table.row_number(row)) + ", column " + in_quotes(column.name);
}

void require_finite(const Table& table, const Column& column) {
  constexpr double kYear10000 = 253402300800.0;
  const double most = column.type == ColumnType::date ? kYear10000 : std::numeric_limits<double>::max();
  for (std::int64_t i = 0; i < std::int64_t(column.numbers.size()); ++i)
    if (std::abs(column.numbers[std::size_t(i)]) > most)
      throw Error(table.source(),
                  place(table, i, column) + (column.type == ColumnType::date
                                                 ? ": the date lies beyond the year 9999"
                                                 : ": the number is infinite; name it among the missing "
                                                   "values, or drop the row"));
}

Recipe make_recipe(const Table& table, const Column& column, const TabularOptions& options) {
  const auto text = options.text_columns.find(column.name);
  if (text != options.text_columns.end()) return make_categories(column, text->second);
  if (column.type == ColumnType::text) return make_categories(column, options.texts);
  require_finite(table, column);
  const auto number = options.number_columns.find(column.name);
  NumberOptions how = number != options.number_columns.end() ? number->second : options.numbers;
  if (column.type == ColumnType::boolean && number == options.number_columns.end())
    how = {.impute = Impute::most_frequent, .scaling = Scaling::none, .indicator = how.indicator};
  Recipe recipe{.column = column.name, .type = column.type};
  for (const Part part : parts_of(column, options.dates))
    recipe.numbers.push_back(fit_feature(column, part, how));
  recipe.indicator = how.indicator && column.missing_count() > 0;
  return recipe;
}

}  // namespace lepton::data::tabular
