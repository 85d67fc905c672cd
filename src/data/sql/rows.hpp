// Rows: what a query gives, whichever database it is asked of.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lepton/data/table.hpp"

namespace lepton::data::sql {

struct Field {
  std::string name;
  std::optional<ColumnType> type;  ///< as far as the database declares it
};

/// A value: a number, or text, which stays until the next row.
struct Cell {
  enum class Kind { missing, number, text, bytes } kind = Kind::missing;
  double number = 0;
  std::string_view text = {};
};

class Rows {
 public:
  virtual ~Rows() = default;
  virtual const std::vector<Field>& fields() const = 0;
  /// Steps to the next row and fills one cell a field; false at the end. Throws naming the database.
  virtual bool next(std::vector<Cell>& cells) = 0;
  /// What messages call the database.
  virtual const std::string& source() const = 0;
};

/// On a file. Throws, naming it.
std::unique_ptr<Rows> query_sqlite(const std::string& path, const std::string& query,
                                   const std::vector<std::string>& parameters);

/// On a server, which libpq's URI names. Throws, naming the database and never the URI, which may hold a password.
std::unique_ptr<Rows> query_postgres(const std::string& uri, const std::string& query,
                                     const std::vector<std::string>& parameters);

}  // namespace lepton::data::sql
