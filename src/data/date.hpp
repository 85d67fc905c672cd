// Dates in text.
#pragma once

#include <string>
#include <string_view>

namespace lepton::data {

/// In which order a date is written. Years have four digits.
enum class DateOrder { year_month_day, month_day_year, day_month_year };

/// Seconds since 1970-01-01 00:00 UTC; NaN where the text is no date in this order. Between the parts stands
/// - or / in year_month_day, / in month_day_year, / or . in day_month_year; a time, T or space before it,
/// may follow, with seconds and their fractions, and Z or a distance from UTC.
double parse_date(std::string_view text, DateOrder order);

/// 2024-02-29, or 2024-02-29T12:30:00 where it is not midnight.
std::string date_text(double seconds);

}  // namespace lepton::data
