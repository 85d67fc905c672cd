// Table: columns of numbers, dates and text, as they come out of CSV files and databases.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lepton/core/export.hpp"

namespace lepton::data {

/// What the values of a column are. Dates are seconds since 1970-01-01 00:00 UTC, booleans 0 and 1.
enum class ColumnType : std::uint8_t { number, boolean, date, text };

/// "number", "boolean", "date" or "text".
LEPTON_API const char* to_string(ColumnType type);

/// A named column. Text is kept as places in a dictionary of its distinct values, all else as numbers.
struct LEPTON_API Column {
  static constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
  static constexpr std::int32_t kNoCode = -1;

  std::string name = {};
  ColumnType type = ColumnType::number;
  std::vector<double> numbers = {};          ///< of all types but text; NaN where a value is missing
  std::vector<std::int32_t> codes = {};      ///< of text: places in `dictionary`; -1 where a value is missing
  std::vector<std::string> dictionary = {};  ///< distinct texts, in the order of their first appearance
  std::string note = {};                     ///< why a column that began as another type is text

  std::int64_t size() const { return std::int64_t(type == ColumnType::text ? codes.size() : numbers.size()); }
  bool missing(std::int64_t row) const {
    const std::size_t i = std::size_t(row);
    return type == ColumnType::text ? codes[i] < 0 : numbers[i] != numbers[i];
  }
  std::int64_t missing_count() const;
  /// A value in words: a number in as few digits as give it back, a date as 2024-02-29 or
  /// 2024-02-29T12:30:00, "true" or "false", the text itself; empty where it is missing.
  std::string text(std::int64_t row) const;
};

/// A column of numbers; NaN stands for a missing one.
LEPTON_API Column number_column(std::string name, std::vector<double> values);
/// A column of text; an empty one stands for a missing value.
LEPTON_API Column text_column(std::string name, const std::vector<std::string>& values);

/// Columns of one length under different names.
class LEPTON_API Table {
 public:
  Table() = default;
  /// `source` is what messages call the table: the path of its file; `first_row` the number there of its first row,
  /// where it is but a part. Throws where lengths differ or a name is taken twice.
  explicit Table(std::vector<Column> columns, std::string source = "Table", std::int64_t first_row = 1);

  std::int64_t rows() const { return columns_.empty() ? 0 : columns_[0].size(); }
  std::int64_t width() const { return std::int64_t(columns_.size()); }
  const std::vector<Column>& columns() const { return columns_; }
  const std::string& source() const { return source_; }

  /// Place of the column of this name; -1 where there is none.
  std::int64_t find(std::string_view name) const;
  /// A column by its name, or by its place, counted from the end if negative. Throws, listing the names,
  /// where there is none.
  const Column& operator[](std::string_view name) const;
  const Column& at(std::int64_t place) const;

  /// Puts a column at the end; throws where its length or name does not fit.
  void add(Column column);
  /// Takes a column out; throws where there is none of that name.
  void drop(std::string_view name);

  /// These rows, which may repeat, in this order. Throws for a row outside the table.
  Table take(std::span<const std::int64_t> rows) const;
  /// Number that a row had in the source, from 1, for messages; `take` keeps it.
  std::int64_t row_number(std::int64_t row) const {
    return origin_.empty() ? first_row_ + row : origin_[std::size_t(row)];
  }

 private:
  [[noreturn]] void fail_twice(const std::string& name) const;
  void check_length(const Column& column) const;

  std::vector<Column> columns_;
  std::vector<std::int64_t> origin_;  // row numbers in the source; empty: they follow each other
  std::int64_t first_row_ = 1;
  std::string source_ = "Table";
};

/// The first of each set of equal rows, in order: `table.take(distinct_rows(table))` is without duplicates.
/// Missing values count as equal. Of the `columns` named, all by default; throws where there is none.
LEPTON_API std::vector<std::int64_t> distinct_rows(const Table& table,
                                                   const std::vector<std::string>& columns = {});

/// The rows that have a value in each of the `columns` named, all by default.
LEPTON_API std::vector<std::int64_t> complete_rows(const Table& table,
                                                   const std::vector<std::string>& columns = {});

/// A line a column: name, type, what is missing, and the range or the most frequent values.
LEPTON_API std::string describe(const Table& table);

/// Seconds since 1970-01-01 00:00 UTC of a text such as 2024-02-29, 2024-02-29 12:30:00.5, 2024-02-29T12:30Z,
/// 2024-02-29T12:30+01:00 (ISO 8601); NaN where it is no such date.
LEPTON_API double parse_date(std::string_view text);

}  // namespace lepton::data
