// Rows of a database put into tables.
#include "lepton/data/sql.hpp"

#include <limits>
#include <utility>

#include "lepton/core/error.hpp"
#include "src/data/csv/cell.hpp"
#include "src/data/date.hpp"
#include "src/data/dictionary.hpp"
#include "src/data/names.hpp"
#include "src/data/sql/rows.hpp"
#include "src/data/utf8.hpp"

namespace lepton::data {
namespace {

using sql::Cell;

/// Collects the values of one column of a batch.
class Builder {
 public:
  explicit Builder(sql::Field field) : field_(std::move(field)) {}

  /// An error in words where the value is not of the column's type, else nothing.
  std::string add(const Cell& cell) {
    if (cell.kind == Cell::Kind::bytes) return "bytes, which are no values of a table; leave the column out";
    if (cell.kind == Cell::Kind::missing) return add_missing(), std::string();
    if (!field_.type) settle(cell.kind == Cell::Kind::text ? ColumnType::text : ColumnType::number);
    if (field_.type == ColumnType::text) return add_text(cell);
    const double value = value_of(cell);
    if (value != value)
      return in_quotes(shown(cell)) + " is no " + to_string(*field_.type) +
             "; SqlOptions::types says what the column holds, or the query may cast it";
    numbers_.push_back(value);
    return {};
  }

  /// The column; the builder goes on with the next batch, for which the type is settled.
  Column take() {
    if (!field_.type) settle(ColumnType::number);
    Column column{.name = field_.name, .type = *field_.type};
    column.numbers = std::exchange(numbers_, {});
    column.codes = std::exchange(codes_, {});
    column.dictionary = dictionary_.take();
    return column;
  }

  const std::string& name() const { return field_.name; }

 private:
  void add_missing() {
    if (!field_.type) ++leading_missing_;
    else if (field_.type == ColumnType::text) codes_.push_back(Column::kNoCode);
    else numbers_.push_back(Column::kMissing);
  }

  void settle(ColumnType type) {
    field_.type = type;
    if (type == ColumnType::text) codes_.assign(leading_missing_, Column::kNoCode);
    else numbers_.assign(leading_missing_, Column::kMissing);
  }

  static std::string shown(const Cell& cell) {
    return cell.kind == Cell::Kind::text ? std::string(cell.text) : number_text(cell.number);
  }

  std::string add_text(const Cell& cell) {
    const std::string text = shown(cell);
    if (!is_utf8(text)) return "text that is not UTF-8";
    codes_.push_back(dictionary_.code(text));
    return {};
  }

  /// NaN where it is none.
  double value_of(const Cell& cell) const {
    const bool is_text = cell.kind == Cell::Kind::text;
    switch (*field_.type) {
      case ColumnType::date: return is_text ? parse_date(cell.text) : cell.number;
      case ColumnType::boolean:
        if (is_text) return csv::parse(cell.text, csv::Kind::boolean);
        return cell.number == 0 || cell.number == 1 ? cell.number : Column::kMissing;
      default: return is_text ? csv::parse(cell.text, csv::Kind::number) : cell.number;
    }
  }

  sql::Field field_;
  std::vector<double> numbers_;
  std::vector<std::int32_t> codes_;
  Dictionary dictionary_;
  std::size_t leading_missing_ = 0;  // values before the type is known
};

std::unique_ptr<sql::Rows> open(const std::string& database, const std::string& query,
                                const std::vector<std::string>& parameters) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (database.starts_with(kSqlite))
    return sql::query_sqlite(database.substr(kSqlite.size()), query, parameters);
  if (database.starts_with("postgresql://") || database.starts_with("postgres://"))
    return sql::query_postgres(database, query, parameters);
  throw Error(
      "read_sql",
      "a database is \"sqlite:FILE\" or \"postgresql://user@host/name\"; what was given starts with neither");
}

}  // namespace

struct SqlReader::State {
  std::unique_ptr<sql::Rows> rows;
  std::vector<Builder> builders;
  std::int64_t batch_rows, done = 0;
  std::vector<Cell> cells;

  State(const std::string& database, const std::string& query, const SqlOptions& options)
      : rows(open(database, query, options.parameters)), batch_rows(options.batch_rows) {
    if (batch_rows < 1)
      throw Error("SqlReader", "batch_rows must be at least 1, not " + std::to_string(batch_rows));
    std::map<std::string, ColumnType> told = options.types;
    std::vector<std::string> names;
    for (sql::Field field : rows->fields()) {
      if (const auto found = told.find(field.name); found != told.end()) {
        field.type = found->second;
        told.erase(found);
      }
      names.push_back(field.name);
      builders.emplace_back(std::move(field));
    }
    if (!told.empty())
      throw Error(rows->source(), "the query gives no column " + in_quotes(told.begin()->first) +
                                      ", whose type was " + "told; it gives " + list_names(names));
  }

  /// Up to `most` further rows.
  Table read(std::int64_t most) {
    const std::int64_t first = done;
    while (done - first < most && rows->next(cells)) {
      ++done;
      for (std::size_t i = 0; i < cells.size(); ++i)
        if (const std::string wrong = builders[i].add(cells[i]); !wrong.empty())
          throw Error(rows->source(), "row " + std::to_string(done) + " of the query, column " +
                                          in_quotes(builders[i].name()) + ": " + wrong);
    }
    std::vector<Column> columns;
    for (Builder& builder : builders) columns.push_back(builder.take());
    return Table(std::move(columns), rows->source(), first + 1);
  }
};

SqlReader::SqlReader(const std::string& database, const std::string& query, const SqlOptions& options)
    : state_(std::make_unique<State>(database, query, options)) {}
SqlReader::SqlReader(SqlReader&&) noexcept = default;
SqlReader& SqlReader::operator=(SqlReader&&) noexcept = default;
SqlReader::~SqlReader() = default;

std::optional<Table> SqlReader::next() {
  Table table = state_->read(state_->batch_rows);
  if (table.rows() == 0) return std::nullopt;
  return table;
}

Table SqlReader::rest() { return state_->read(std::numeric_limits<std::int64_t>::max()); }

Table read_sql(const std::string& database, const std::string& query, const SqlOptions& options) {
  return SqlReader(database, query, options).rest();
}

}  // namespace lepton::data
