// Reading numbers, booleans and dates.
#include "src/data/csv/cell.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>

#include "src/data/date.hpp"

namespace lepton::data::csv {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool equal_word(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

double parse_number(std::string_view text) {
  const std::string_view all = text;
  const bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
  if (text.empty()) return Column::kMissing;
  const bool digit = text[0] >= '0' && text[0] <= '9';
  if (!digit && text[0] != '.') {  // from_chars takes more words than these
    const bool infinite = equal_word(text, "inf") || equal_word(text, "infinity");
    return infinite ? (negative ? -kInfinity : kInfinity) : Column::kMissing;
  }
  double value = 0;
  const char* const end = all.data() + all.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (stop != end || error == std::errc::invalid_argument) return Column::kMissing;
  if (error == std::errc::result_out_of_range) {  // too large, or too small to differ from 0
    const std::size_t exponent = text.find_first_of("eE"), digits = text.find_first_not_of('0');
    const bool small = exponent != text.npos ? text[exponent + 1] == '-' : text[digits] == '.';
    value = small ? 0 : kInfinity;
  }
  return negative ? -value : value;
}

double parse_number_with_comma(std::string_view text) {
  char point[64];
  if (text.size() > sizeof point || text.find('.') != text.npos) return Column::kMissing;
  std::replace_copy(text.begin(), text.end(), point, ',', '.');
  return parse_number({point, text.size()});
}

double parse_boolean(std::string_view text) {
  for (const std::string_view yes : {"true", "True", "TRUE"})
    if (text == yes) return 1;
  for (const std::string_view no : {"false", "False", "FALSE"})
    if (text == no) return 0;
  return Column::kMissing;
}

}  // namespace

double parse(std::string_view text, Kind kind) {
  switch (kind) {
    case Kind::number: return parse_number(text);
    case Kind::number_with_comma: return parse_number_with_comma(text);
    case Kind::boolean: return parse_boolean(text);
    case Kind::date_year_first: return parse_date(text, DateOrder::year_month_day);
    case Kind::date_month_first: return parse_date(text, DateOrder::month_day_year);
    case Kind::date_day_first: return parse_date(text, DateOrder::day_month_year);
    default: return Column::kMissing;
  }
}

Kind kind_of(std::string_view text, DecimalComma comma) {
  for (const Kind kind : {Kind::number, Kind::number_with_comma, Kind::boolean, Kind::date_year_first,
                          Kind::date_month_first, Kind::date_day_first}) {
    if (kind == Kind::number_with_comma && comma == DecimalComma::no) continue;
    const double value = parse(text, kind);
    if (value == value) return kind;
  }
  return Kind::text;
}

Kind fallback(Kind kind, DecimalComma comma) {
  if (kind == Kind::number && comma == DecimalComma::yes) return Kind::number_with_comma;
  if (kind == Kind::date_month_first) return Kind::date_day_first;
  return Kind::text;
}

ColumnType type_of(Kind kind) {
  switch (kind) {
    case Kind::boolean: return ColumnType::boolean;
    case Kind::date_year_first:
    case Kind::date_month_first:
    case Kind::date_day_first: return ColumnType::date;
    case Kind::text: return ColumnType::text;
    default: return ColumnType::number;
  }
}

}  // namespace lepton::data::csv
