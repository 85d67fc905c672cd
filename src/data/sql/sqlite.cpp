// Queries on SQLite files (https://www.sqlite.org/c3ref/intro.html).
#include <algorithm>
#include <cctype>

#include "src/data/sql/library.hpp"
#include "src/data/sql/rows.hpp"

namespace lepton::data::sql {
namespace {

// As SQLite's interface numbers them.
constexpr int kOk = 0, kRow = 100, kDone = 101;
constexpr int kReadOnly = 1;
constexpr int kInteger = 1, kFloat = 2, kText = 3, kBlob = 4;

/// The functions of libsqlite3 that are used; a database and a statement are opaque.
struct Sqlite {
  int (*open)(const char* path, void** database, int flags, const char* vfs);
  int (*close)(void* database);
  int (*prepare)(void* database, const char* query, int length, void** statement, const char** rest);
  int (*finalize)(void* statement);
  int (*step)(void* statement);
  int (*bind_count)(void* statement);
  int (*bind_text)(void* statement, int place, const char* text, int length, void (*release)(void*));
  int (*column_count)(void* statement);
  const char* (*column_name)(void* statement, int column);
  const char* (*column_declared)(void* statement, int column);
  int (*column_type)(void* statement, int column);
  int (*column_bytes)(void* statement, int column);
  double (*column_double)(void* statement, int column);
  const unsigned char* (*column_text)(void* statement, int column);
  const char* (*message)(void* database);
};

const Sqlite& sqlite() {
  static const Sqlite functions = [] {
    const Library library("libsqlite3.so.0", "libsqlite3-0");
    Sqlite f{};
    library.find(f.open, "sqlite3_open_v2");
    library.find(f.close, "sqlite3_close_v2");
    library.find(f.prepare, "sqlite3_prepare_v2");
    library.find(f.finalize, "sqlite3_finalize");
    library.find(f.step, "sqlite3_step");
    library.find(f.bind_count, "sqlite3_bind_parameter_count");
    library.find(f.bind_text, "sqlite3_bind_text");
    library.find(f.column_count, "sqlite3_column_count");
    library.find(f.column_name, "sqlite3_column_name");
    library.find(f.column_declared, "sqlite3_column_decltype");
    library.find(f.column_type, "sqlite3_column_type");
    library.find(f.column_bytes, "sqlite3_column_bytes");
    library.find(f.column_double, "sqlite3_column_double");
    library.find(f.column_text, "sqlite3_column_text");
    library.find(f.message, "sqlite3_errmsg");
    return f;
  }();
  return functions;
}

/// By the words in it, as SQLite itself reads a declaration (https://www.sqlite.org/datatype3.html).
std::optional<ColumnType> declared_type(const char* declaration) {
  if (!declaration) return std::nullopt;
  std::string text = declaration;
  for (char& c : text) c = char(std::toupper(static_cast<unsigned char>(c)));
  const auto has_any = [&](std::initializer_list<const char*> words) {
    return std::any_of(words.begin(), words.end(),
                       [&](const char* word) { return text.find(word) != text.npos; });
  };
  if (has_any({"BOOL"})) return ColumnType::boolean;
  if (has_any({"DATE", "TIME"})) return ColumnType::date;
  if (has_any({"INT", "REAL", "FLOA", "DOUB", "NUM", "DEC"})) return ColumnType::number;
  if (has_any({"CHAR", "CLOB", "TEXT"})) return ColumnType::text;
  return std::nullopt;
}

class SqliteRows final : public Rows {
 public:
  SqliteRows(const std::string& path, const std::string& query, const std::vector<std::string>& parameters)
      : parameters_(parameters), source_(path) {
    try {
      if (api_.open(path.c_str(), &database_, kReadOnly, nullptr) != kOk) fail();
      const char* rest = "";
      if (api_.prepare(database_, query.data(), int(query.size()), &statement_, &rest) != kOk) fail();
      check_one_statement({rest, std::size_t(query.data() + query.size() - rest)});
      bind();
      const int columns = api_.column_count(statement_);
      if (columns == 0) throw Error(source_, "the query gives no columns: it must be one that reads");
      for (int i = 0; i < columns; ++i)
        fields_.push_back(
            {api_.column_name(statement_, i), declared_type(api_.column_declared(statement_, i))});
    } catch (...) {
      close();
      throw;
    }
  }
  ~SqliteRows() override { close(); }

  const std::vector<Field>& fields() const override { return fields_; }
  const std::string& source() const override { return source_; }

  bool next(std::vector<Cell>& cells) override {
    if (at_end_) return false;
    const int status = api_.step(statement_);
    if (status != kRow && status != kDone) fail();
    at_end_ = status == kDone;
    if (at_end_) return false;
    cells.resize(fields_.size());
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = cell(int(i));
    return true;
  }

 private:
  [[noreturn]] void fail() const {
    throw Error(source_, database_ ? api_.message(database_) : "out of memory");
  }

  void check_one_statement(std::string_view rest) const {
    if (!statement_) throw Error(source_, "the query is empty");
    if (rest.find_first_not_of(" \t\r\n;") != rest.npos)
      throw Error(source_, "the query holds more than one statement");
  }

  void bind() {
    const int wanted = api_.bind_count(statement_);
    if (wanted != int(parameters_.size()))
      throw Error(source_, "the query has " + std::to_string(wanted) + " parameters, but " +
                               std::to_string(parameters_.size()) + " values were given");
    for (std::size_t i = 0; i < parameters_.size(); ++i)
      if (api_.bind_text(statement_, int(i) + 1, parameters_[i].data(), int(parameters_[i].size()),
                         nullptr) != kOk)
        fail();
  }

  Cell cell(int i) const {
    switch (api_.column_type(statement_, i)) {
      case kInteger:
      case kFloat: return {Cell::Kind::number, api_.column_double(statement_, i)};
      case kText: {
        const auto* text = reinterpret_cast<const char*>(api_.column_text(statement_, i));
        return {Cell::Kind::text, 0, {text, std::size_t(api_.column_bytes(statement_, i))}};
      }
      case kBlob: return {Cell::Kind::bytes};
      default: return {};
    }
  }

  void close() {
    if (statement_) api_.finalize(statement_);
    if (database_) api_.close(database_);
  }

  const Sqlite& api_ = sqlite();
  std::vector<std::string> parameters_;  // bound without a copy
  std::string source_;
  void* database_ = nullptr;
  void* statement_ = nullptr;
  std::vector<Field> fields_;
  bool at_end_ = false;
};

}  // namespace

std::unique_ptr<Rows> query_sqlite(const std::string& path, const std::string& query,
                                   const std::vector<std::string>& parameters) {
  return std::make_unique<SqliteRows>(path, query, parameters);
}

}  // namespace lepton::data::sql
