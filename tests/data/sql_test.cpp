// Tables from SQLite files, which Python writes, and from a PostgreSQL server of the test's own.
#include "lepton/data/sql.hpp"

#include <cstdlib>
#include <numeric>

#include "lepton/data/tabular.hpp"
#include "tests/data/postgres_server.hpp"
#include "tests/data/support.hpp"

namespace lepton::data {
namespace {

/// A SQLite file made by these statements, through Python's own sqlite3.
std::string make_sqlite(const TempFolder& folder, const std::string& statements) {
  const std::string path = folder / "a.db", script = statements;
  folder.write("make.sql", {reinterpret_cast<const std::uint8_t*>(script.data()), script.size()});
  const std::string command =
      "python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript("
      "open(sys.argv[2], encoding=\"utf-8\").read())' " +
      path + " " + (folder / "make.sql");
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  return "sqlite:" + path;
}

constexpr const char* kPeople =
    "CREATE TABLE people (name TEXT, age INTEGER, height REAL, member BOOLEAN, born DATE, seen TIMESTAMP);"
    "INSERT INTO people VALUES ('Ada', 36, 1.65, TRUE, '1815-12-10', '2024-02-29 12:30:00'),"
    "  ('Jörg', NULL, 1.8, FALSE, NULL, '2024-03-01 00:00:00'), (NULL, 7, NULL, NULL, '1970-01-02', NULL);";

/// The same of either database.
void expect_people(const Table& table) {
  ASSERT_EQ(table.rows(), 3);
  const auto types = [&] {
    std::string text;
    for (const Column& c : table.columns()) text += c.name + " " + to_string(c.type) + ", ";
    return text;
  };
  EXPECT_EQ(types(), "name text, age number, height number, member boolean, born date, seen date, ");
  EXPECT_EQ(table["name"].text(1), "Jörg");
  EXPECT_TRUE(table["name"].missing(2));
  EXPECT_EQ(table["age"].numbers[0], 36);
  EXPECT_TRUE(table["age"].missing(1));
  EXPECT_EQ(table["height"].numbers[1], 1.8);
  EXPECT_EQ(table["member"].text(0), "true");
  EXPECT_TRUE(table["member"].missing(2));
  EXPECT_EQ(table["born"].numbers[2], 86400);
  EXPECT_EQ(table["born"].text(0), "1815-12-10");
  EXPECT_EQ(table["seen"].text(0), "2024-02-29T12:30:00");
}

/// Streams the numbers 1 to 1000 in batches of 300.
void expect_batches(const std::string& database, const std::string& numbers) {
  SqlReader reader(database, "SELECT i, i * 0.5 AS half FROM " + numbers + " ORDER BY i",
                   {.batch_rows = 300});
  std::vector<std::int64_t> sizes;
  double sum = 0;
  while (const auto table = reader.next()) {
    EXPECT_EQ(table->row_number(0), 1 + std::accumulate(sizes.begin(), sizes.end(), std::int64_t(0)));
    sizes.push_back(table->rows());
    for (const double v : (*table)["half"].numbers) sum += v;
  }
  EXPECT_EQ(sizes, (std::vector<std::int64_t>{300, 300, 300, 100}));
  EXPECT_EQ(sum, 250250);
  EXPECT_FALSE(reader.next());
}

TEST(Sqlite, ReadsTables) {
  const TempFolder folder;
  const std::string database = make_sqlite(folder, kPeople);
  expect_people(read_sql(database, "SELECT * FROM people"));
  const Table some = read_sql(database, "SELECT name FROM people WHERE age > ?1 AND name <> ?2",
                              {.parameters = {"10", "x'; DROP TABLE people; --"}});
  EXPECT_EQ(some.rows(), 1);
  const Table none = read_sql(database, "SELECT name, age FROM people WHERE age > 99;  ");
  EXPECT_EQ(none.rows() * 10 + none.width(), 2);
  // Expressions have no declared type: the first value decides.
  const Table made = read_sql(
      database, "SELECT age + 1 AS next, upper(name) AS name, NULL AS void FROM people ORDER BY age");
  EXPECT_EQ(made["next"].numbers[1], 8);
  EXPECT_TRUE(made["next"].missing(0));
  EXPECT_EQ(made["name"].type, ColumnType::text);
  EXPECT_EQ(made["void"].missing_count(), 3);
  const Table told = read_sql(database, "SELECT age, born FROM people",
                              {.types = {{"age", ColumnType::text}, {"born", ColumnType::text}}});
  EXPECT_EQ(told["age"].text(0), "36");
  EXPECT_EQ(told["born"].text(0), "1815-12-10");
}

TEST(Sqlite, StreamsInBatches) {
  const TempFolder folder;
  const std::string database = make_sqlite(folder,
                                           "CREATE TABLE n (i INTEGER); WITH RECURSIVE c(i) AS (SELECT 1 "
                                           "UNION ALL SELECT i + 1 FROM c WHERE i < 1000) "
                                           "INSERT INTO n SELECT i FROM c;");
  expect_batches(database, "n");
}

TEST(Sqlite, FeedsAPipeline) {
  const TempFolder folder;
  const std::string database = make_sqlite(
      folder,
      "CREATE TABLE t (x REAL, town TEXT, y TEXT); INSERT INTO t VALUES (1, 'Ulm', 'a'), (2, 'Bonn', 'b'), "
      "(3, NULL, 'a'), (NULL, 'Ulm', 'b');");
  const TabularPipeline pipeline(read_sql(database, "SELECT * FROM t"));
  SqlReader reader(database, "SELECT * FROM t", {.batch_rows = 3});
  EXPECT_EQ(pipeline.features(*reader.next()).shape(), (Shape{3, 4}));
  EXPECT_EQ(pipeline.targets(*reader.next()).shape(), (Shape{1}));
}

TEST(Sqlite, Refuses) {
  const TempFolder folder;
  const std::string database = make_sqlite(
      folder, std::string(kPeople) +
                  "CREATE TABLE odd (n INTEGER, b BLOB); INSERT INTO odd VALUES (1, 'x'), ('one', x'00');");
  const auto refused = [&](const std::string& query, std::vector<std::string> parts,
                           const SqlOptions& options = {}) {
    parts.push_back("a.db");
    expect_error([&] { read_sql(database, query, options); }, parts);
  };
  refused("SELECT nix FROM people", {"no such column: nix"});
  refused("SELEKT 1", {"syntax error"});
  refused("", {"empty"});
  refused("SELECT 1; SELECT 2", {"more than one statement"});
  refused("DELETE FROM people", {"gives no columns"});
  refused("SELECT ?1", {"1 parameters", "0 values"});
  refused("SELECT age FROM people", {"no column 'nix'", "age"}, {.types = {{"nix", ColumnType::text}}});
  refused("SELECT name, name FROM people", {"two columns named 'name'"});
  refused("SELECT n FROM odd", {"row 2", "'n'", "'one' is no number", "SqlOptions::types"});
  refused("SELECT b FROM odd", {"row 2", "'b'", "bytes"});
  refused("SELECT name FROM people", {"row 1", "'Ada' is no date"}, {.types = {{"name", ColumnType::date}}});
  refused("SELECT height FROM people", {"1.65", "boolean"}, {.types = {{"height", ColumnType::boolean}}});
  expect_error([&] { read_sql("sqlite:" + folder.path() + "/none.db", "SELECT 1"); },
               {"none.db", "unable to open"});
  folder.write("text.db", ByteVector(2000, 'x'));
  expect_error([&] { read_sql("sqlite:" + folder.path() + "/text.db", "SELECT * FROM t"); },
               {"text.db", "not a database"});
  expect_error([&] { SqlReader(database, "SELECT 1", {.batch_rows = 0}); }, {"batch_rows"});
  expect_error([] { read_sql("mysql://me:secret@host/db", "SELECT 1"); }, {"sqlite:", "postgresql://"});
}

TEST(Postgres, ReadsTablesAndStreams) {
  LEPTON_NEED_POSTGRES();
  const PostgresServer server;
  server.execute(kPeople);
  expect_people(read_sql(server.uri(), "SELECT * FROM people"));
  expect_batches(server.uri(), "generate_series(1, 1000) AS n(i)");
  const Table some = read_sql(server.uri(), "SELECT name FROM people WHERE age > $1 AND name <> $2",
                              {.parameters = {"10", "x'; DROP TABLE people; --"}});
  EXPECT_EQ(some.rows(), 1);
  EXPECT_EQ(read_sql(server.uri(), "SELECT name, age FROM people WHERE age > 99").width(), 2);

  const Table types = read_sql(server.uri(),
                               "SELECT 1::smallint AS s, 2::bigint AS b, 1.25::real AS r, "
                               "12.50::numeric(8,2) AS n, 'NaN'::float8 AS nan,"
                               " 'x'::char(3) AS c, '{\"a\": 1}'::jsonb AS j, ARRAY[1, 2] AS a, "
                               " TIMESTAMPTZ '2024-02-29 12:30:00+02' AS z, DATE '2024-02-29' AS d");
  EXPECT_EQ(types["s"].numbers[0] + types["b"].numbers[0] + types["r"].numbers[0] + types["n"].numbers[0],
            16.75);
  EXPECT_TRUE(types["nan"].missing(0));
  EXPECT_EQ(types["c"].text(0), "x  ");
  EXPECT_EQ(types["j"].text(0), "{\"a\": 1}");
  EXPECT_EQ(types["a"].text(0), "{1,2}");
  EXPECT_EQ(types["z"].text(0), "2024-02-29T10:30:00");
  EXPECT_EQ(types["d"].text(0), "2024-02-29");
}

TEST(Postgres, Refuses) {
  LEPTON_NEED_POSTGRES();
  const PostgresServer server;
  server.execute(kPeople);
  const auto refused = [&](const std::string& query, std::vector<std::string> parts,
                           const SqlOptions& options = {}) {
    parts.push_back("PostgreSQL database postgres");
    expect_error([&] { read_sql(server.uri(), query, options); }, parts);
  };
  refused("SELECT nix FROM people", {"column \"nix\" does not exist"});
  refused("SELEKT 1", {"syntax error"});
  refused("", {"the query is empty"});
  refused("SELECT 1; SELECT 2", {"multiple commands"});
  refused("DELETE FROM people", {"read-only"});
  refused("SELECT $1::int", {"parameter"});
  refused("SELECT 'x'::bytea AS raw", {"row 1", "'raw'", "bytes"});
  refused("SELECT 1 / (i - 500) AS q FROM generate_series(1, 1000) AS n(i)",
          {"division by zero"});  // half-way
  refused("SELECT 'infinity'::date AS d", {"row 1", "'infinity' is no date"});
  try {
    read_sql(server.uri("none"), "SELECT 1");
    ADD_FAILURE() << "no error was thrown";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("\"none\" does not exist"), std::string::npos) << error.what();
    EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos) << error.what();
  }
  expect_error([] { read_sql("postgresql://me@/db?host=/nowhere", "SELECT 1"); }, {"PostgreSQL", "/nowhere"});
}

}  // namespace
}  // namespace lepton::data
