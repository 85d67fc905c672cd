// Builder: collects the cells of one column and finds out what they are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/data/csv/cell.hpp"
#include "src/data/dictionary.hpp"

namespace lepton::data::csv {

/// Takes the cells of a column in order. Where one is not of the kind of those before, the column falls back
/// to another kind, takes no further values, and asks to be given all cells once more.
class Builder {
 public:
  Builder(std::string name, std::optional<ColumnType> told, DecimalComma comma);

  void add_missing();
  /// False where the cell is not what the column was told to be, or is not UTF-8.
  bool add(std::string_view text, std::int64_t row, std::int64_t line);
  /// Makes room for this many rows.
  void reserve(std::int64_t rows);

  /// Whether all cells must be given again, from the first.
  bool again() const { return again_; }
  void restart();
  Column take();

  const std::string& name() const { return name_; }
  std::optional<ColumnType> told() const { return told_; }

 private:
  Kind told_kind(std::string_view text) const;
  bool add_text(std::string_view text);
  void fall_back(std::string_view text, std::int64_t row, std::int64_t line);

  std::string name_;
  std::optional<ColumnType> told_;
  DecimalComma comma_;
  Kind kind_;
  bool again_ = false;
  std::string note_;
  std::vector<double> numbers_;
  std::vector<std::int32_t> codes_;
  Dictionary dictionary_;
  std::int32_t last_code_ = Column::kNoCode;  // neighbours are often equal
  std::string last_text_;
  std::int64_t leading_missing_ = 0;  // cells before the first value, while the kind is unknown
};

}  // namespace lepton::data::csv
