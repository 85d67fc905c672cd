// Columns, tables, and choosing rows.
#include "lepton/data/table.hpp"

#include <algorithm>
#include <bit>
#include <unordered_set>

#include "lepton/core/error.hpp"
#include "src/data/date.hpp"
#include "src/data/dictionary.hpp"
#include "src/data/gather.hpp"
#include "src/data/hash.hpp"
#include "src/data/names.hpp"

namespace lepton::data {

const char* to_string(ColumnType type) {
  switch (type) {
    case ColumnType::number: return "number";
    case ColumnType::boolean: return "boolean";
    case ColumnType::date: return "date";
    default: return "text";
  }
}

std::int64_t Column::missing_count() const {
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < size(); ++i) count += missing(i);
  return count;
}

std::string Column::text(std::int64_t row) const {
  if (missing(row)) return {};
  const std::size_t i = std::size_t(row);
  switch (type) {
    case ColumnType::number: return number_text(numbers[i]);
    case ColumnType::boolean: return numbers[i] != 0 ? "true" : "false";
    case ColumnType::date: return date_text(numbers[i]);
    default: return dictionary[std::size_t(codes[i])];
  }
}

Column number_column(std::string name, std::vector<double> values) {
  return {.name = std::move(name), .numbers = std::move(values)};
}

Column text_column(std::string name, const std::vector<std::string>& values) {
  Column column{.name = std::move(name), .type = ColumnType::text};
  Dictionary dictionary;
  column.codes.reserve(values.size());
  for (const std::string& v : values)
    column.codes.push_back(v.empty() ? Column::kNoCode : dictionary.code(v));
  column.dictionary = dictionary.take();
  return column;
}

Table::Table(std::vector<Column> columns, std::string source, std::int64_t first_row)
    : columns_(std::move(columns)), first_row_(first_row), source_(std::move(source)) {
  std::unordered_set<std::string_view> names;
  for (const Column& column : columns_) {
    if (!names.insert(column.name).second) fail_twice(column.name);
    check_length(column);
  }
}

void Table::fail_twice(const std::string& name) const {
  throw Error(source_, "has two columns named " + in_quotes(name));
}

void Table::check_length(const Column& column) const {
  if (column.size() == rows()) return;
  throw Error(source_, "column " + in_quotes(column.name) + " has " + std::to_string(column.size()) +
                           " values, the others " + std::to_string(rows()));
}

std::int64_t Table::find(std::string_view name) const {
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (columns_[i].name == name) return std::int64_t(i);
  return -1;
}

const Column& Table::operator[](std::string_view name) const {
  const std::int64_t place = find(name);
  if (place >= 0) return columns_[std::size_t(place)];
  std::vector<std::string> names;
  for (const Column& c : columns_) names.push_back(c.name);
  throw Error(source_, "has no column " + in_quotes(name) + "; it has " +
                           (names.empty() ? "no columns" : list_names(names)));
}

const Column& Table::at(std::int64_t place) const {
  const std::int64_t i = place < 0 ? place + width() : place;
  if (i < 0 || i >= width())
    throw Error(source_, "has no column " + std::to_string(place) + ": it has " + std::to_string(width()) +
                             " columns");
  return columns_[std::size_t(i)];
}

void Table::add(Column column) {
  if (find(column.name) >= 0) fail_twice(column.name);
  if (!columns_.empty()) check_length(column);
  columns_.push_back(std::move(column));
}

void Table::drop(std::string_view name) {
  (*this)[name];
  columns_.erase(columns_.begin() + std::ptrdiff_t(find(name)));
}

Table Table::take(std::span<const std::int64_t> rows) const {
  check_indices(rows, this->rows(), source_.c_str());
  Table out;
  out.source_ = source_;
  out.columns_.reserve(columns_.size());
  const auto pick = [&](const auto& from, auto& to) {
    to.reserve(rows.size());
    for (const std::int64_t i : rows) to.push_back(from[std::size_t(i)]);
  };
  for (const Column& c : columns_) {
    Column& copy = out.columns_.emplace_back(
        Column{.name = c.name, .type = c.type, .dictionary = c.dictionary, .note = c.note});
    if (c.type == ColumnType::text) pick(c.codes, copy.codes);
    else pick(c.numbers, copy.numbers);
  }
  out.origin_.reserve(rows.size());
  for (const std::int64_t i : rows) out.origin_.push_back(row_number(i));
  return out;
}

namespace {

std::vector<const Column*> chosen(const Table& table, const std::vector<std::string>& names) {
  std::vector<const Column*> columns;
  for (const std::string& name : names) columns.push_back(&table[name]);
  if (names.empty())
    for (const Column& c : table.columns()) columns.push_back(&c);
  return columns;
}

/// A value as a word that equal values share.
std::uint64_t word_of(const Column& c, std::size_t row) {
  if (c.type == ColumnType::text) return std::uint64_t(std::int64_t(c.codes[row]));
  const double value = c.numbers[row];
  return std::bit_cast<std::uint64_t>(value != value ? Column::kMissing : value == 0 ? 0.0 : value);
}

}  // namespace

std::vector<std::int64_t> distinct_rows(const Table& table, const std::vector<std::string>& names) {
  const std::vector<const Column*> columns = chosen(table, names);
  const std::size_t n = std::size_t(table.rows());
  std::vector<std::int64_t> kept;
  std::vector<std::int64_t> slots(std::bit_ceil(2 * n + 1), -1);
  const auto equal = [&](std::size_t a, std::size_t b) {
    return std::all_of(columns.begin(), columns.end(),
                       [&](const Column* c) { return word_of(*c, a) == word_of(*c, b); });
  };
  for (std::size_t row = 0; row < n; ++row) {
    std::uint64_t hash = 0;
    for (const Column* c : columns) hash = mix(hash, word_of(*c, row));
    std::size_t slot = hash & (slots.size() - 1);
    while (slots[slot] >= 0 && !equal(std::size_t(slots[slot]), row)) slot = (slot + 1) & (slots.size() - 1);
    if (slots[slot] >= 0) continue;
    slots[slot] = std::int64_t(row);
    kept.push_back(std::int64_t(row));
  }
  return kept;
}

std::vector<std::int64_t> complete_rows(const Table& table, const std::vector<std::string>& names) {
  const std::vector<const Column*> columns = chosen(table, names);
  std::vector<std::int64_t> kept;
  for (std::int64_t row = 0; row < table.rows(); ++row)
    if (std::none_of(columns.begin(), columns.end(), [&](const Column* c) { return c->missing(row); }))
      kept.push_back(row);
  return kept;
}

}  // namespace lepton::data
