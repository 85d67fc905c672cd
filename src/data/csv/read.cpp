// Reading CSV: the file is cut into cells, which go to the builders of their columns.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "lepton/core/error.hpp"
#include "lepton/data/csv.hpp"
#include "src/data/csv/builder.hpp"
#include "src/data/csv/records.hpp"
#include "src/data/csv/sniff.hpp"
#include "src/data/names.hpp"

namespace lepton::data {
namespace {

using namespace csv;

constexpr std::int64_t kRowsToEstimateFrom = 1000;
constexpr double kSlack = 1.02;

class Reader {
 public:
  Reader(ByteStream& stream, const CsvOptions& options)
      : stream_(stream),
        options_(options),
        missing_(options.missing),
        dialect_(find_dialect(stream, options)) {
    if (dialect_.names.empty()) fail_without_records();
    for (const std::string& name : options.select) place_of(name);
    for (const auto& [name, type] : options.types) place_of(name);
    for (const std::string& name : dialect_.names) builders_.push_back(make_builder(name));
  }

  Table read() {
    while (!to_fill().empty()) {
      for (Builder* builder : to_fill_) builder->restart();
      pass();
      if (rows_ == 0) throw Error(stream_.name(), "has no rows below the header");
    }
    std::vector<Column> columns;
    for (auto& builder : builders_)
      if (builder) columns.push_back(builder->take());
    return Table(std::move(columns), stream_.name());
  }

 private:
  /// Says what keeps the first line from being read; else there is none.
  [[noreturn]] void fail_without_records() {
    Records(stream_, ',').next();
    throw Error(stream_.name(), "is empty: it has no rows");
  }

  std::size_t place_of(const std::string& name) const {
    const auto found = std::find(dialect_.names.begin(), dialect_.names.end(), name);
    if (found == dialect_.names.end())
      throw Error(stream_.name(),
                  "has no column " + in_quotes(name) + "; it has " + list_names(dialect_.names));
    return std::size_t(found - dialect_.names.begin());
  }

  std::unique_ptr<Builder> make_builder(const std::string& name) const {
    const auto& select = options_.select;
    if (!select.empty() && std::find(select.begin(), select.end(), name) == select.end()) return nullptr;
    const auto told = options_.types.find(name);
    return std::make_unique<Builder>(
        name, told == options_.types.end() ? std::nullopt : std::optional(told->second),
        dialect_.separator == ',' ? DecimalComma::no : DecimalComma::yes);
  }

  /// The builders that the next pass fills, by column: at first all, then those that ask for it.
  const std::vector<Builder*>& to_fill() {
    const bool first = rows_ == 0;
    to_fill_.clear();
    places_.clear();
    for (std::size_t i = 0; i < builders_.size(); ++i) {
      if (!builders_[i] || !(first || builders_[i]->again())) continue;
      to_fill_.push_back(builders_[i].get());
      places_.push_back(i);
    }
    return to_fill_;
  }

  void pass() {
    stream_.rewind();
    Records records(stream_, dialect_.separator);
    if (dialect_.header) records.next();
    rows_ = 0;
    while ((options_.limit <= 0 || rows_ < options_.limit) && records.next()) {
      ++rows_;
      const std::span<const Cell> cells = records.cells();
      if (cells.size() != dialect_.names.size()) fail_width(records);
      for (std::size_t i = 0; i < to_fill_.size(); ++i) {
        const std::string_view text = cells[places_[i]].text;
        if (missing_.contain(text)) to_fill_[i]->add_missing();
        else if (!to_fill_[i]->add(text, rows_, records.line())) fail_value(*to_fill_[i], text, records);
      }
      if (rows_ == kRowsToEstimateFrom && stream_.size() > 0) reserve(records.position());
    }
  }

  /// Makes room for the rows that the file will have by the look of the first ones.
  void reserve(std::size_t bytes) {
    double rows = double(stream_.size()) / double(bytes) * double(rows_) * kSlack;
    if (options_.limit > 0) rows = std::min(rows, double(options_.limit));
    for (Builder* builder : to_fill_) builder->reserve(std::int64_t(rows));
  }

  [[noreturn]] void fail(const Records& records, const std::string& what) const {
    throw Error(stream_.name(),
                "row " + std::to_string(rows_) + " (line " + std::to_string(records.line()) + ")" + what);
  }
  [[noreturn]] void fail_width(const Records& records) const {
    const auto count = [](std::size_t n) { return std::to_string(n) + (n == 1 ? " cell" : " cells"); };
    fail(records, " has " + count(records.cells().size()) + ", the first line " +
                      count(dialect_.names.size()) + "; a cell with a separator in it needs quotes");
  }
  [[noreturn]] void fail_value(const Builder& builder, std::string_view text, const Records& records) const {
    const std::string where = ", column " + in_quotes(builder.name()) + ": ";
    if (builder.told() && *builder.told() != ColumnType::text)
      fail(records, where + in_quotes(text) + " is no " + to_string(*builder.told()) +
                        "; correct it, or name it among the missing values");
    fail(records, where + "the text is not UTF-8; " + kConvert);
  }

  ByteStream& stream_;
  const CsvOptions& options_;
  const MissingMarks missing_;
  const Dialect dialect_;
  std::vector<std::unique_ptr<Builder>> builders_;  // of all columns; null for those not selected
  std::vector<Builder*> to_fill_;
  std::vector<std::size_t> places_;  // of their columns
  std::int64_t rows_ = 0;
};

Table read(ByteStream& stream, const CsvOptions& options) {
  if (options.limit < 0) throw Error("read_csv", "limit must not be negative");
  return Reader(stream, options).read();
}

}  // namespace

Table read_csv(const std::string& path, const CsvOptions& options) { return read(*open_file(path), options); }

Table read_csv(std::span<const std::uint8_t> bytes, const std::string& name, const CsvOptions& options) {
  return read(*open_bytes(bytes, name), options);
}

}  // namespace lepton::data
