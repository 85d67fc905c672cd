// Tables: columns by name, rows taken, duplicates, dates.
#include "lepton/data/table.hpp"

#include <cmath>

#include "tests/data/support.hpp"

namespace lepton::data {
namespace {

using Rows = std::vector<std::int64_t>;

Table people() {
  return Table({number_column("age", {30, Column::kMissing, 30, 41, Column::kMissing, -0.0}),
                text_column("city", {"Ulm", "Bonn", "Ulm", "", "Bonn", "Ulm"})},
               "people.csv");
}

TEST(Table, HoldsColumns) {
  const Table t = people();
  EXPECT_EQ(t.rows(), 6);
  EXPECT_EQ(t.width(), 2);
  EXPECT_EQ(t.find("city"), 1);
  EXPECT_EQ(t.find("town"), -1);
  EXPECT_EQ(&t["city"], &t.at(-1));
  EXPECT_EQ(t["city"].codes, (std::vector<std::int32_t>{0, 1, 0, -1, 1, 0}));
  EXPECT_EQ(t["city"].text(3), "");
  EXPECT_EQ(t["age"].missing_count(), 2);
  EXPECT_EQ(Table().rows(), 0);
}

TEST(Table, AddsAndDrops) {
  Table t = people();
  t.add(number_column("n", {1, 2, 3, 4, 5, 6}));
  t.drop("age");
  EXPECT_EQ(t.at(1).name, "n");
  expect_error(
      [&] {
        t.add(number_column("n", {1, 2, 3, 4, 5, 6}));
      },
      {"[people.csv]", "two columns", "'n'"});
  expect_error([&] { t.add(number_column("m", {1})); }, {"'m' has 1 values", "6"});
  expect_error([&] { t.drop("age"); }, {"no column 'age'", "city, n"});
  expect_error([&] { t["town"]; }, {"[people.csv]", "no column 'town'", "it has city, n"});
  expect_error([&] { t.at(2); }, {"no column 2", "2 columns"});
}

TEST(Table, TakesRowsAndKeepsTheirNumbers) {
  const Table t = people().take(Rows{5, 3}).take(Rows{1, 1, 0});
  EXPECT_EQ(t["age"].numbers, (std::vector<double>{41, 41, 0}));
  EXPECT_TRUE(t["city"].missing(0));
  EXPECT_EQ(t["city"].text(2), "Ulm");
  EXPECT_EQ(t.row_number(0), 4);
  EXPECT_EQ(t.row_number(2), 6);
  EXPECT_EQ(people().row_number(2), 3);
  expect_error([] { people().take(Rows{6}); }, {"[people.csv]", "6"});
}

TEST(Table, FindsDuplicates) {
  EXPECT_EQ(distinct_rows(people()), (Rows{0, 1, 3, 5}));  // two missing ages in Bonn are equal
  EXPECT_EQ(distinct_rows(people(), {"city"}), (Rows{0, 1, 3}));
  const Table zeros({number_column("x", {0.0, -0.0, 1})});
  EXPECT_EQ(distinct_rows(zeros), (Rows{0, 2}));
  expect_error([] { distinct_rows(people(), {"town"}); }, {"no column 'town'"});
  std::vector<double> many;
  for (int i = 0; i < 10000; ++i) many.push_back(i % 137);
  EXPECT_EQ(distinct_rows(Table({number_column("x", many)})).size(), 137u);
}

TEST(Table, FindsCompleteRows) {
  EXPECT_EQ(complete_rows(people()), (Rows{0, 2, 5}));
  EXPECT_EQ(complete_rows(people(), {"city"}), (Rows{0, 1, 2, 4, 5}));
}

TEST(Table, DescribesItself) {
  EXPECT_EQ(describe(people()),
            "age   number   -0 to 41, 2 missing\n"
            "city  text     2 values: Ulm, Bonn, 1 missing\n");
}

TEST(Date, Parses) {
  EXPECT_EQ(parse_date("1970-01-01"), 0);
  EXPECT_EQ(parse_date("2000-03-01T00:00:00+01:00"), 951865200);
  EXPECT_EQ(parse_date("2000-03-01 00:00-0130"), 951874200);
  EXPECT_EQ(parse_date("1900/1/1"), -2208988800);
  EXPECT_EQ(parse_date("2016-12-31 23:59:60.25Z"), 1483228800.25);
  for (const char* no : {"", "2024", "2024-13-01", "2023-02-29", "24-01-01", "2024-01-01T",
                         "2024-01-01 24:00", "2024-01-01 10:60", "2024-01-01x", "2024-01/01",
                         "2024-01-01 1:2", "2024-01-01 10:00:00.", "2024-01-01 10:00+25:00", "2024-1-1-1"})
    EXPECT_TRUE(std::isnan(parse_date(no))) << no;
}

TEST(Date, PrintsWhatItParsed) {
  Column c{.name = "d", .type = ColumnType::date};
  for (const char* text : {"2024-02-29", "1969-07-20T20:17:40", "0001-01-01", "9999-12-31T23:59:59"}) {
    c.numbers = {parse_date(text)};
    EXPECT_EQ(c.text(0), text);
  }
}

}  // namespace
}  // namespace lepton::data
