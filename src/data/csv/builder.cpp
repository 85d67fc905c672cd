// Collecting a column.
#include "src/data/csv/builder.hpp"

#include <utility>

#include "src/data/names.hpp"
#include "src/data/utf8.hpp"

namespace lepton::data::csv {

Builder::Builder(std::string name, std::optional<ColumnType> told, DecimalComma comma)
    : name_(std::move(name)),
      told_(told),
      comma_(comma),
      kind_(told == ColumnType::text ? Kind::text : Kind::unknown) {}

void Builder::reserve(std::int64_t rows) {
  if (again_) return;
  if (kind_ == Kind::text) codes_.reserve(std::size_t(rows));
  else numbers_.reserve(std::size_t(rows));
}

void Builder::add_missing() {
  if (again_) return;
  if (kind_ == Kind::unknown) ++leading_missing_;
  else if (kind_ == Kind::text) codes_.push_back(Column::kNoCode);
  else numbers_.push_back(Column::kMissing);
}

/// The kind of the first value; text where it is not of the type told.
Kind Builder::told_kind(std::string_view text) const {
  const Kind kind = kind_of(text, comma_);
  return told_ && type_of(kind) != *told_ ? Kind::text : kind;
}

bool Builder::add(std::string_view text, std::int64_t row, std::int64_t line) {
  if (kind_ == Kind::unknown) {
    kind_ = told_kind(text);
    if (kind_ == Kind::text) codes_.assign(std::size_t(leading_missing_), Column::kNoCode);
    else numbers_.assign(std::size_t(leading_missing_), Column::kMissing);
  }
  if (kind_ == Kind::text) return (!told_ || told_ == ColumnType::text) && (again_ || add_text(text));
  while (kind_ != Kind::text) {
    const double value = parse(text, kind_);
    if (value == value) {
      if (!again_) numbers_.push_back(value);
      return true;
    }
    fall_back(text, row, line);
  }
  return !told_;
}

bool Builder::add_text(std::string_view text) {
  if (last_code_ < 0 || text != last_text_) {
    const std::int32_t known = dictionary_.size();
    last_code_ = dictionary_.code(text);
    last_text_.assign(text);
    if (last_code_ == known && !is_utf8(text)) return false;
  }
  codes_.push_back(last_code_);
  return true;
}

void Builder::fall_back(std::string_view text, std::int64_t row, std::int64_t line) {
  const Kind next = fallback(kind_, comma_);
  if (next == Kind::text)
    note_ = "text because of " + in_quotes(text) + " in row " + std::to_string(row) + " (line " +
            std::to_string(line) + ")";
  kind_ = next;
  again_ = true;
}

void Builder::restart() {
  numbers_ = {};
  again_ = false;
}

Column Builder::take() {
  Column column{.name = std::move(name_), .type = told_.value_or(type_of(kind_)), .note = std::move(note_)};
  if (kind_ == Kind::unknown) numbers_.assign(std::size_t(leading_missing_), Column::kMissing);
  column.numbers = std::move(numbers_);
  column.codes = std::move(codes_);
  column.dictionary = dictionary_.take();
  return column;
}

}  // namespace lepton::data::csv
