// Tables from databases, by a query: SQLite and PostgreSQL.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lepton/core/export.hpp"
#include "lepton/data/table.hpp"

namespace lepton::data {

struct SqlOptions {
  /// Values for ?1, ?2, ... (SQLite) or $1, $2, ... (PostgreSQL) in the query: never paste them into its text.
  std::vector<std::string> parameters = {};
  std::map<std::string, ColumnType> types = {};  ///< told rather than found; another value is an error
  std::int64_t batch_rows = 65536;               ///< most rows that `SqlReader::next` gives at once
};

/// The rows that a query gives, a table at a time; no more than one such table lies in memory.
///
/// `database` is "sqlite:" and the path of a file, or a libpq URI, "postgresql://user@host/name". It is only read.
/// libsqlite3.so.0 and libpq.so.5 are loaded when first used.
///
/// A column is what the database declares: numbers, booleans, dates (those of PostgreSQL in UTC; in SQLite ISO 8601,
/// or seconds since 1970), else text. Where it declares nothing, as SQLite for an expression, it is what the first
/// value is, and a number where the first batch has none. NULL is a missing value.
class LEPTON_API SqlReader {
 public:
  /// Throws, naming the database, where it cannot be opened or its library is not there, and where the query is
  /// refused or gives no columns.
  SqlReader(const std::string& database, const std::string& query, const SqlOptions& options = {});
  SqlReader(SqlReader&&) noexcept;
  SqlReader& operator=(SqlReader&&) noexcept;
  ~SqlReader();

  /// The next rows; none at the end. Throws, naming row and column, for a value that is not of its column's type, and
  /// for bytes (BLOB, bytea).
  std::optional<Table> next();
  /// All that are left, in one table, which may have no rows.
  Table rest();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// All rows of a query, as SqlReader gives them, in one table.
LEPTON_API Table read_sql(const std::string& database, const std::string& query,
                          const SqlOptions& options = {});

}  // namespace lepton::data
