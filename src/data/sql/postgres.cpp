// Queries on PostgreSQL servers through libpq (https://www.postgresql.org/docs/15/libpq.html).
#include <algorithm>

#include "src/data/csv/cell.hpp"
#include "src/data/sql/library.hpp"
#include "src/data/sql/rows.hpp"

namespace lepton::data::sql {
namespace {

// As libpq's and the server's interfaces number them.
constexpr int kConnectionOk = 0;
constexpr int kEmptyQuery = 0, kCommandOk = 1, kTuplesOk = 2, kSingleTuple = 9;
constexpr unsigned kBool = 16, kBytea = 17, kInt8 = 20, kInt2 = 21, kInt4 = 23, kOid = 26, kFloat4 = 700,
                   kFloat8 = 701, kDate = 1082, kTimestamp = 1114, kTimestampTz = 1184, kNumeric = 1700;

/// The functions of libpq that are used; a connection and a result are opaque.
struct Libpq {
  void* (*connect)(const char* const* keywords, const char* const* values, int expand_dbname);
  void (*finish)(void* connection);
  int (*status)(const void* connection);
  char* (*message)(const void* connection);
  char* (*database)(const void* connection);
  void* (*exec)(void* connection, const char* command);
  int (*send)(void* connection, const char* command, int count, const unsigned* types,
              const char* const* values, const int* lengths, const int* formats, int result_format);
  int (*single_rows)(void* connection);
  void* (*get_result)(void* connection);
  int (*result_status)(const void* result);
  char* (*result_message)(const void* result);
  void (*clear)(void* result);
  int (*rows)(const void* result);
  int (*columns)(const void* result);
  char* (*name)(const void* result, int column);
  unsigned (*type)(const void* result, int column);
  int (*is_null)(const void* result, int row, int column);
  char* (*value)(const void* result, int row, int column);
  int (*length)(const void* result, int row, int column);
};

const Libpq& libpq() {
  static const Libpq functions = [] {
    const Library library("libpq.so.5", "libpq5");
    Libpq f{};
    library.find(f.connect, "PQconnectdbParams");
    library.find(f.finish, "PQfinish");
    library.find(f.status, "PQstatus");
    library.find(f.message, "PQerrorMessage");
    library.find(f.database, "PQdb");
    library.find(f.exec, "PQexec");
    library.find(f.send, "PQsendQueryParams");
    library.find(f.single_rows, "PQsetSingleRowMode");
    library.find(f.get_result, "PQgetResult");
    library.find(f.result_status, "PQresultStatus");
    library.find(f.result_message, "PQresultErrorMessage");
    library.find(f.clear, "PQclear");
    library.find(f.rows, "PQntuples");
    library.find(f.columns, "PQnfields");
    library.find(f.name, "PQfname");
    library.find(f.type, "PQftype");
    library.find(f.is_null, "PQgetisnull");
    library.find(f.value, "PQgetvalue");
    library.find(f.length, "PQgetlength");
    return f;
  }();
  return functions;
}

ColumnType type_of(unsigned oid) {
  switch (oid) {
    case kBool: return ColumnType::boolean;
    case kInt2:
    case kInt4:
    case kInt8:
    case kOid:
    case kFloat4:
    case kFloat8:
    case kNumeric: return ColumnType::number;
    case kDate:
    case kTimestamp:
    case kTimestampTz: return ColumnType::date;
    default: return ColumnType::text;
  }
}

class PostgresRows final : public Rows {
 public:
  PostgresRows(const std::string& uri, const std::string& query, const std::vector<std::string>& parameters) {
    // What the URI says goes before what stands in front of it.
    const char* const keywords[] = {"connect_timeout", "client_encoding", "application_name", "dbname",
                                    nullptr};
    const char* const values[] = {"10", "UTF8", "lepton", uri.c_str(), nullptr};
    connection_ = api_.connect(keywords, values, 1);
    try {
      if (!connection_) fail("out of memory");
      if (api_.status(connection_) != kConnectionOk) fail(api_.message(connection_));
      source_ = "PostgreSQL database " + std::string(api_.database(connection_));
      command("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY");
      command("SET datestyle = 'ISO, YMD'");
      command("SET timezone = 'UTC'");
      send(query, parameters);
      fetch();
      read_fields();
    } catch (...) {
      close();
      throw;
    }
  }
  ~PostgresRows() override { close(); }

  const std::vector<Field>& fields() const override { return fields_; }
  const std::string& source() const override { return source_; }

  bool next(std::vector<Cell>& cells) override {
    // The result at hand is the one whose row comes next; the last has none.
    if (!result_ || api_.rows(result_) == 0) return false;
    if (used_) {
      fetch();
      if (!result_ || api_.rows(result_) == 0) return false;
    }
    used_ = true;
    cells.resize(fields_.size());
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = cell(int(i));
    return true;
  }

 private:
  /// libpq ends its messages with a newline, and may have several lines.
  [[noreturn]] void fail(std::string message) const {
    while (!message.empty() && message.back() == '\n') message.pop_back();
    std::replace(message.begin(), message.end(), '\n', ' ');
    throw Error(source_, message);
  }

  void command(const char* text) {
    void* const result = api_.exec(connection_, text);
    const bool good = result && api_.result_status(result) == kCommandOk;
    api_.clear(result);
    if (!good) fail(api_.message(connection_));
  }

  void send(const std::string& query, const std::vector<std::string>& parameters) {
    std::vector<const char*> values;
    for (const std::string& p : parameters) values.push_back(p.c_str());
    if (!api_.send(connection_, query.c_str(), int(values.size()), nullptr, values.data(), nullptr, nullptr,
                   0) ||
        !api_.single_rows(connection_))
      fail(api_.message(connection_));
  }

  /// The next result: a row, or the end without one.
  void fetch() {
    api_.clear(result_);
    result_ = api_.get_result(connection_);
    used_ = false;
    if (!result_) return;
    const int status = api_.result_status(result_);
    if (status == kEmptyQuery) fail("the query is empty");
    if (status == kCommandOk) fail("the query gives no columns: it must be one that reads");
    if (status != kSingleTuple && status != kTuplesOk) fail(api_.result_message(result_));
  }

  void read_fields() {
    const int columns = result_ ? api_.columns(result_) : 0;
    if (columns == 0) fail("the query gives no columns: it must be one that reads");
    for (int i = 0; i < columns; ++i) {
      oids_.push_back(api_.type(result_, i));
      fields_.push_back({api_.name(result_, i), type_of(oids_.back())});
    }
  }

  Cell cell(int i) const {
    if (api_.is_null(result_, 0, i)) return {};
    const unsigned oid = oids_[std::size_t(i)];
    if (oid == kBytea) return {Cell::Kind::bytes};
    const std::string_view text(api_.value(result_, 0, i), std::size_t(api_.length(result_, 0, i)));
    if (oid == kBool) return {Cell::Kind::number, text == "t" ? 1.0 : 0.0};
    if (fields_[std::size_t(i)].type == ColumnType::number)
      return text == "NaN" ? Cell{} : Cell{Cell::Kind::number, csv::parse(text, csv::Kind::number)};
    return {Cell::Kind::text, 0, text};
  }

  void close() {
    api_.clear(result_);  // takes null
    if (connection_) api_.finish(connection_);
  }

  const Libpq& api_ = libpq();
  std::string source_ = "PostgreSQL";
  void* connection_ = nullptr;
  void* result_ = nullptr;
  bool used_ = false;  // whether the row of `result_` was given out
  std::vector<unsigned> oids_;
  std::vector<Field> fields_;
};

}  // namespace

std::unique_ptr<Rows> query_postgres(const std::string& uri, const std::string& query,
                                     const std::vector<std::string>& parameters) {
  return std::make_unique<PostgresRows>(uri, query, parameters);
}

}  // namespace lepton::data::sql
