// What a TabularPipeline knows: a recipe for each column, and the target.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lepton/data/tabular.hpp"
#include "src/data/json.hpp"
#include "src/data/statistics.hpp"

namespace lepton::data {

namespace tabular {

/// What of a value becomes a feature: the number itself, or part of a date.
enum class Part { value, days, month, day, weekday, hour };

/// One feature made of numbers: (part, or fill where it is missing) on a line.
struct NumberFeature {
  Part part = Part::value;
  double fill = 0;
  Line line = {};
};

/// What becomes of one column: features made of its numbers, or of its categories.
struct Recipe {
  std::string column;
  ColumnType type = ColumnType::number;
  std::vector<NumberFeature> numbers = {};
  bool indicator = false;  // a last feature: 1 where the value was missing
  std::optional<Categories> categories = {};
  std::optional<std::string> fill = {};  // category of missing values
  Encoding encoding = Encoding::one_hot;
  Unknown unknown = Unknown::ignore;

  std::int64_t width() const;
  std::vector<std::string> feature_names() const;
  std::string describe() const;
};

struct Target {
  std::string column;
  ColumnType type = ColumnType::number;
  TabularTask task = TabularTask::classification;
  std::vector<std::string> classes = {};
  Line line = {};  // of a regression
};

/// A part of a date, in seconds since 1970, or the value itself. NaN stays NaN.
double part_of(double value, Part part);

Recipe make_recipe(const Table& table, const Column& column, const TabularOptions& options);
Target make_target(const Table& table, const TabularOptions& options);

/// Throws, naming source, row and column, for an infinite number in a column.
void require_finite(const Table& table, const Column& column);
/// "row 12, column 'age'" of the source.
std::string place(const Table& table, std::int64_t row, const Column& column);

}  // namespace tabular

struct TabularPipeline::State {
  std::vector<tabular::Recipe> recipes;
  tabular::Target target;
  std::vector<std::string> left_out;  // names of columns, with the reason

  Json to_json() const;
  static State from_json(const Json& json);
};

}  // namespace lepton::data
