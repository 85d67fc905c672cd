// Fitting a pipeline, and applying it.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "lepton/core/error.hpp"
#include "lepton/data/tabular.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/data/names.hpp"
#include "src/data/tabular/state.hpp"

namespace lepton::data {
namespace {

using namespace tabular;

void require_columns(const Table& table, const TabularOptions& options) {
  for (const std::string& name : options.drop) table[name];
  for (const auto& [name, how] : options.number_columns)
    if (table[name].type == ColumnType::text)
      throw Error(table.source(), "column " + in_quotes(name) + " is text, not numbers" +
                                      (table[name].note.empty() ? "" : "; it is " + table[name].note));
  for (const auto& [name, how] : options.text_columns) table[name];
}

/// A column that a recipe reads, checked to be what it was in training.
const Column& checked(const Table& table, const Recipe& recipe) {
  const std::int64_t at = table.find(recipe.column);
  if (at < 0) {
    std::vector<std::string> names;
    for (const Column& c : table.columns()) names.push_back(c.name);
    throw Error(table.source(), "has no column " + in_quotes(recipe.column) +
                                    ", which the model was trained with; it has " + list_names(names));
  }
  const Column& column = table.at(at);
  if (column.type != recipe.type && column.missing_count() < column.size())
    throw Error(table.source(), "column " + in_quotes(column.name) + " holds " + to_string(column.type) +
                                    " values, but " + to_string(recipe.type) + " values in training" +
                                    (column.note.empty() ? "" : ": " + column.note));
  require_finite(table, column);
  return column;
}

/// Writes the features of one column into rows of `width` numbers, the first at `out`.
void write_numbers(const Column& column, const Recipe& recipe, std::int64_t width, float* out) {
  const bool text = column.type == ColumnType::text;  // without a value, or it would have been refused
  for (std::int64_t row = 0; row < column.size(); ++row, out += width) {
    const double value = text ? Column::kMissing : column.numbers[std::size_t(row)];
    float* to = out;
    for (const NumberFeature& f : recipe.numbers) {
      const double v = value == value ? part_of(value, f.part) : f.fill;
      *to++ = float((v - f.line.centre) / f.line.scale + f.line.shift);
    }
    if (recipe.indicator) *to = value == value ? 0.0f : 1.0f;
  }
}

void write_categories(const Table& table, const Column& column, const Recipe& recipe, std::int64_t width,
                      float* out) {
  const Categories& categories = *recipe.categories;
  const std::vector<std::int64_t> places = categories.find_all(column);
  const std::int64_t of_missing = recipe.fill ? categories.find(*recipe.fill) : -1;
  for (std::int64_t row = 0; row < column.size(); ++row, out += width) {
    const bool missing = column.missing(row);
    const std::int64_t found = missing ? of_missing : places[std::size_t(row)];
    if (found < 0 && !missing && recipe.unknown == Unknown::error)
      throw Error(table.source(),
                  place(table, row, column) + ": " + in_quotes(column.text(row)) +
                      " is none of its categories in training: " + list_names(categories.names));
    if (recipe.encoding == Encoding::ordinal) *out = float(found);
    else if (found >= 0) out[found] = 1;
  }
}

/// TensorDataset with names for its classes.
struct TabularDataset {
  TensorDataset rows;
  std::vector<std::string> classes;
  std::int64_t size() const { return rows.size(); }
  Batch batch(std::span<const std::int64_t> indices) const { return rows.batch(indices); }
  Shape sample_shape() const { return rows.sample_shape(); }
  std::vector<std::string> class_names() const { return classes; }
};

}  // namespace

TabularPipeline::TabularPipeline(std::shared_ptr<const State> state) : state_(std::move(state)) {}

TabularPipeline::TabularPipeline(const Table& train, const TabularOptions& options) {
  require_columns(train, options);
  State state;
  state.target = make_target(train, options);
  for (const Column& column : train.columns()) {
    const auto& drop = options.drop;
    if (column.name == state.target.column) continue;
    if (std::find(drop.begin(), drop.end(), column.name) != drop.end()) continue;
    if (column.missing_count() == column.size()) state.left_out.push_back(column.name + ": without a value");
    else state.recipes.push_back(make_recipe(train, column, options));
  }
  if (state.recipes.empty())
    throw Error(train.source(), "has no features beside the target " + in_quotes(state.target.column));
  state_ = std::make_shared<const State>(std::move(state));
  targets(train);  // none may be missing
}

Tensor TabularPipeline::features(const Table& table) const {
  std::int64_t width = 0;
  for (const Recipe& recipe : state_->recipes) width += recipe.width();
  const Tensor x = zeros({table.rows(), width});
  float* out = x.data<float>();
  for (const Recipe& recipe : state_->recipes) {
    const Column& column = checked(table, recipe);
    if (recipe.categories) write_categories(table, column, recipe, width, out);
    else write_numbers(column, recipe, width, out);
    out += recipe.width();
  }
  return x;
}

Tensor TabularPipeline::targets(const Table& table) const {
  const Target& target = state_->target;
  const Column& column = table[target.column];
  for (std::int64_t row = 0; row < column.size(); ++row)
    if (column.missing(row))
      throw Error(table.source(), place(table, row, column) +
                                      ": the target is missing; drop such rows: "
                                      "table.take(complete_rows(table, {target}))");
  if (target.task == TabularTask::classification) {
    const Tensor y = empty({column.size()}, {.dtype = i64});
    std::unordered_map<std::string, std::int64_t> number;
    for (std::size_t c = 0; c < target.classes.size(); ++c)
      number.emplace(target.classes[c], std::int64_t(c));
    for (std::int64_t row = 0; row < column.size(); ++row) {
      const auto found = number.find(column.text(row));
      if (found == number.end())
        throw Error(table.source(), place(table, row, column) + ": " + in_quotes(column.text(row)) +
                                        " is none of the classes in training: " + list_names(target.classes));
      y.data<std::int64_t>()[row] = found->second;
    }
    return y;
  }
  if (column.type == ColumnType::text)
    throw Error(table.source(), "the target " + in_quotes(column.name) + " holds text, but numbers in training" +
                                    (column.note.empty() ? "" : ": " + column.note));
  require_finite(table, column);
  const Tensor y = empty({column.size(), 1});
  for (std::int64_t row = 0; row < column.size(); ++row)
    y.data<float>()[row] = float((column.numbers[std::size_t(row)] - target.line.centre) / target.line.scale);
  return y;
}

Dataset TabularPipeline::dataset(const Table& table) const {
  return TabularDataset{TensorDataset(features(table), targets(table)), class_names()};
}

Tensor TabularPipeline::to_units(const Tensor& scaled) const {
  const Line& line = state_->target.line;
  const Tensor out = scaled.detach().to(kCpu).to(f64).clone();
  for (double& v : out.span<double>()) v = v * line.scale + line.centre;
  return out;
}

double TabularPipeline::target_scale() const { return state_->target.line.scale; }
TabularTask TabularPipeline::task() const { return state_->target.task; }
const std::string& TabularPipeline::target() const { return state_->target.column; }
const std::vector<std::string>& TabularPipeline::class_names() const { return state_->target.classes; }

std::vector<std::string> TabularPipeline::feature_names() const {
  std::vector<std::string> all;
  for (const Recipe& recipe : state_->recipes) {
    const std::vector<std::string> names = recipe.feature_names();
    all.insert(all.end(), names.begin(), names.end());
  }
  return all;
}

std::map<std::string, ColumnType> TabularPipeline::types() const {
  std::map<std::string, ColumnType> types;
  for (const Recipe& recipe : state_->recipes) types[recipe.column] = recipe.type;
  return types;
}

std::string TabularPipeline::describe() const {
  std::string text;
  for (const Recipe& recipe : state_->recipes) text += recipe.describe() + "\n";
  for (const std::string& reason : state_->left_out) text += reason + "\n";
  return text;
}

std::string TabularPipeline::to_json() const { return state_->to_json().dump(); }

TabularPipeline TabularPipeline::from_json(const std::string& text, const std::string& where) {
  return TabularPipeline(std::make_shared<const State>(
      from_json_text(text, where, [](const Json& json) { return State::from_json(json); })));
}

}  // namespace lepton::data
