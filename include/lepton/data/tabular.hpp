// TabularPipeline: from tables to tensors, by what was learnt from the training rows.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lepton/core/export.hpp"
#include "lepton/data/categories.hpp"
#include "lepton/data/dataset.hpp"
#include "lepton/data/imputer.hpp"
#include "lepton/data/table.hpp"

namespace lepton::data {

enum class Scaling { none, standard, min_max, robust };
enum class Encoding { one_hot, ordinal };

/// `automatic`: text and booleans are classes, and so are whole numbers with at most 20 different values,
/// each twice or more on average; other numbers are regressed on.
enum class TabularTask { automatic, classification, regression };

/// What a date becomes: days since 1970, or also its month, day of the month and weekday (Monday 0), and its
/// hour where some training row has one.
enum class DateParts { days, all };

struct NumberOptions {
  Impute impute = Impute::median;
  double fill = 0;  ///< for Impute::constant
  Scaling scaling = Scaling::standard;
  bool indicator = false;  ///< one more feature, 1 where the value was missing, if any is in training
};

struct TextOptions {
  Impute impute = Impute::constant;  ///< mean and median are none of text
  std::string fill = "missing";      ///< for Impute::constant: a category of its own
  Encoding encoding = Encoding::one_hot;
  Unknown unknown = Unknown::ignore;
  std::int64_t most = 64;  ///< categories at most, as Categories::fit takes it; 0: all
};

struct TabularOptions {
  std::string target = {};  ///< name of a column, or its number from 1; empty: the last
  TabularTask task = TabularTask::automatic;
  std::vector<std::string> drop = {};     ///< columns that are no features
  std::vector<std::string> classes = {};  ///< of the target, besides those of the training rows
  std::map<std::string, NumberOptions> number_columns = {};  ///< in place of `numbers`, by name
  std::map<std::string, TextOptions> text_columns = {};      ///< likewise; makes any column one of categories
  NumberOptions numbers = {};                                ///< of number and date columns
  TextOptions texts = {};
  DateParts dates = DateParts::all;
};

/// Imputes, scales and encodes the columns of a table, and its target. Made from training rows, it is then
/// applied to those and others alike, and kept with the model by `to_json`. Immutable; copies share.
///
/// Numbers are imputed and scaled; booleans are 0 and 1, the most frequent where missing; dates become
/// numbers; text becomes categories. Columns without a single value are left out.
class LEPTON_API TabularPipeline {
 public:
  /// Throws, naming source, row and column, where the target or an option's column is not there, a target is
  /// missing, a number is infinite, there are fewer than two classes, or no feature is left.
  explicit TabularPipeline(const Table& train, const TabularOptions& options = {});

  /// f32 [rows, features().size()]. Columns are found by name; others may be there. Throws, naming source, row
  /// and column, for a column that is missing or of another type than in training, an infinite number, and
  /// an unknown category under Unknown::error.
  Tensor features(const Table& table) const;
  /// Classes i64 [rows]; or numbers f32 [rows, 1], brought to mean 0 and deviation 1 over the training rows.
  /// Throws for a target that is missing or of no known class.
  Tensor targets(const Table& table) const;
  /// Both, as a dataset with class names.
  Dataset dataset(const Table& table) const;
  /// Numbers of `targets`, or predictions of them, in the units of the table.
  Tensor to_units(const Tensor& scaled) const;
  /// Factor between the units of the table and of `targets`: the training rows' standard deviation.
  double target_scale() const;

  /// classification or regression, never automatic.
  TabularTask task() const;
  const std::string& target() const;
  /// Names of the classes in the order of their numbers; empty for regression.
  const std::vector<std::string>& class_names() const;
  /// A name for each feature: "age", "city=Ulm", "born.month".
  std::vector<std::string> feature_names() const;
  /// Types of the columns that `features` reads: CsvOptions::types for the files that it will see.
  std::map<std::string, ColumnType> types() const;
  /// A line a column: what becomes of it.
  std::string describe() const;

  std::string to_json() const;
  /// Throws, naming `where`, for text that `to_json` of this or an earlier version has not written.
  static TabularPipeline from_json(const std::string& text, const std::string& where = "TabularPipeline");

 private:
  struct State;
  explicit TabularPipeline(std::shared_ptr<const State> state);
  std::shared_ptr<const State> state_;
};

}  // namespace lepton::data
