// What a cell of text can be read as.
#pragma once

#include <string_view>

#include "lepton/data/table.hpp"

namespace lepton::data::csv {

/// How the cells of a column are written. A column starts as what its first value is, and falls back where a
/// later one is not written so.
enum class Kind {
  unknown,
  number,
  number_with_comma,  // 3,14
  boolean,
  date_year_first,
  date_month_first,  // 2/29/2024
  date_day_first,    // 29/2/2024, 29.2.2024
  text
};

/// Whether a decimal comma can occur: where the comma is no separator.
enum class DecimalComma : bool { no, yes };

/// The value of a cell of this kind, which is neither unknown nor text; NaN where it is not written so.
double parse(std::string_view text, Kind kind);

/// The first kind, in the order above, that a value is written as.
Kind kind_of(std::string_view text, DecimalComma comma);

/// What a column becomes where a value is not of its kind: the kind that its earlier values may be of as
/// well, or text.
Kind fallback(Kind kind, DecimalComma comma);

ColumnType type_of(Kind kind);

}  // namespace lepton::data::csv
