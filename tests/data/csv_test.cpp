// CSV: cells as Python's csv module reads them, types, headers, separators, and what is refused.
#include "lepton/data/csv.hpp"

#include <zlib.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "src/data/csv/records.hpp"
#include "tests/data/support.hpp"

namespace lepton::data {
namespace {

Table read(std::string_view text, const CsvOptions& options = {}) {
  return read_csv({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, "some.csv", options);
}

std::vector<std::string> names(const Table& table) {
  std::vector<std::string> out;
  for (const Column& c : table.columns()) out.push_back(c.name);
  return out;
}

std::vector<std::string> texts(const Column& column) {
  std::vector<std::string> out;
  for (std::int64_t i = 0; i < column.size(); ++i) out.push_back(column.missing(i) ? "-" : column.text(i));
  return out;
}

using Texts = std::vector<std::string>;
using Numbers = std::vector<double>;

struct Golden {
  char separator;
  std::string text;
  std::vector<Texts> rows;
};
const Golden kGolden[] = {
#include "tests/data/csv_golden.inc"
};

/// Gives a few bytes at a time, so that a record is cut at every place.
class DripStream final : public ByteStream {
 public:
  DripStream(std::string text, std::size_t most) : text_(std::move(text)), most_(most) {}
  std::size_t read(void* out, std::size_t count) override {
    const std::size_t n = std::min({count, most_, text_.size() - at_});
    std::memcpy(out, text_.data() + at_, n);
    at_ += n;
    return n;
  }
  void rewind() override { at_ = 0; }
  std::size_t size() const override { return 0; }
  const std::string& name() const override { return name_; }

 private:
  std::string text_, name_ = "drip";
  std::size_t most_, at_ = 0;
};

TEST(Csv, CutsAsPythonDoes) {
  for (const Golden& golden : kGolden) {
    for (const std::size_t most : {1, 2, 3, 7, 1 << 20}) {
      DripStream stream(golden.text, most);
      csv::Records records(stream, golden.separator);
      for (const Texts& row : golden.rows) {
        ASSERT_TRUE(records.next()) << golden.text;
        Texts cells;
        for (const csv::Cell& cell : records.cells()) cells.emplace_back(cell.text);
        EXPECT_EQ(cells, row) << golden.text;
      }
      EXPECT_FALSE(records.next());
      EXPECT_FALSE(records.next());
    }
  }
}

TEST(Csv, ReadsWholeTablesAsPythonDoes) {
  for (const Golden& golden : kGolden) {
    CsvOptions options{.separator = golden.separator, .header = Header::absent, .missing = {}};
    for (std::size_t i = 1; i <= golden.rows[0].size(); ++i)
      options.types["column " + std::to_string(i)] = ColumnType::text;
    const Table table = read(golden.text, options);
    ASSERT_EQ(table.rows(), std::int64_t(golden.rows.size()));
    for (std::size_t row = 0; row < golden.rows.size(); ++row)
      for (std::size_t i = 0; i < golden.rows[row].size(); ++i)
        EXPECT_EQ(table.at(std::int64_t(i)).text(std::int64_t(row)), golden.rows[row][i]) << golden.text;
  }
}

TEST(Csv, CountsLines) {
  DripStream stream("a,b\r\n\n\"x\ny\r\nz\",2\rc,d\n", 3);
  csv::Records records(stream, ',');
  for (const std::int64_t line : {1, 3, 6}) {
    ASSERT_TRUE(records.next());
    EXPECT_EQ(records.line(), line);
  }
}

TEST(Csv, FindsTypes) {
  const Table t = read(
      "n,b,d,t,empty\n"
      "1,true,2024-02-29,x,\n"
      "-2.5e3,False,2024-03-01 06:30,\"y, z\",NA\n"
      "+.5,TRUE,1969-12-31T23:59:59.5Z,x,?\n"
      "?,,nan,,\n");
  EXPECT_EQ(names(t), (Texts{"n", "b", "d", "t", "empty"}));
  EXPECT_EQ(t["n"].type, ColumnType::number);
  EXPECT_EQ(texts(t["n"]), (Texts{"1", "-2500", "0.5", "-"}));
  EXPECT_EQ(t["b"].type, ColumnType::boolean);
  EXPECT_EQ(texts(t["b"]), (Texts{"true", "false", "true", "-"}));
  EXPECT_EQ(t["d"].type, ColumnType::date);
  EXPECT_EQ(t["d"].numbers[0], 1709164800);  // date -d 2024-02-29 +%s
  EXPECT_EQ(t["d"].numbers[1], 1709274600);
  EXPECT_EQ(t["d"].numbers[2], -0.5);
  EXPECT_TRUE(t["d"].missing(3));
  EXPECT_EQ(t["t"].type, ColumnType::text);
  EXPECT_EQ(texts(t["t"]), (Texts{"x", "y, z", "x", "-"}));
  EXPECT_EQ(t["t"].dictionary, (Texts{"x", "y, z"}));
  EXPECT_EQ(t["empty"].type, ColumnType::number);
  EXPECT_EQ(t["empty"].missing_count(), 4);
}

TEST(Csv, NumbersAreRoundedAsStrtodDoes) {
  const char* const kNumbers[] = {
      "0.1",    "1e22",   "1e23",  "123456789012345678",        "2.2250738585072011e-308",
      "5e-324", "1e-400", "1e400", "9007199254740993",          "0.30000000000000004",
      "-0",     "1E+2",   "00012", "179769313486231570814e289", "4.35",
      "1.",     ".5"};
  std::string text = "x\n";
  for (const char* number : kNumbers) text += std::string(number) + "\n";
  const Table t = read(text);
  ASSERT_EQ(t["x"].type, ColumnType::number) << t["x"].note;
  for (std::size_t i = 0; i < std::size(kNumbers); ++i)
    EXPECT_EQ(t["x"].numbers[i], std::strtod(kNumbers[i], nullptr)) << kNumbers[i];
  for (const char* no :
       {"1e", "e5", "0x10", "1,000", "1 2", "--1", "+-1", "1_0", "nano", "infinite", "+", ".", "1..2"})
    EXPECT_EQ(read(std::string("x\n\"") + no + "\"\n")["x"].type, ColumnType::text) << no;
  EXPECT_EQ(read("x\n-inf\n")["x"].numbers[0], -std::numeric_limits<double>::infinity());
}

TEST(Csv, AColumnFallsBackToText) {
  const Table t = read("x,y\n007,1\n1.50,2\nNA,3\n\"abc\",4\n");
  EXPECT_EQ(t["x"].type, ColumnType::text);
  EXPECT_EQ(texts(t["x"]), (Texts{"007", "1.50", "-", "abc"}));
  EXPECT_EQ(t["x"].note, "text because of 'abc' in row 4 (line 5)");
  EXPECT_EQ(t["y"].type, ColumnType::number);
  EXPECT_EQ(t["y"].note, "");
  EXPECT_EQ(read("x,k\ntrue,1\n1,1\n")["x"].type, ColumnType::text);
  EXPECT_EQ(read("x,k\n2020-01-01,1\n2020,1\n")["x"].type, ColumnType::text);
}

TEST(Csv, DatesOfTheAmericasAndElsewhere) {
  const auto seconds = [](const char* text) { return read(text)["d"].numbers; };
  EXPECT_EQ(seconds("d,k\n2/3/2024,1\n12/25/2024,1\n"), (Numbers{1706918400, 1735084800}));  // Feb 3, Dec 25
  EXPECT_EQ(seconds("d,k\n2/3/2024,1\n25/12/2024,1\n"), (Numbers{1709337600, 1735084800}));  // Mar 2
  EXPECT_EQ(seconds("d,k\n02.03.2024,1\n25.12.2024 01:00,1\n"), (Numbers{1709337600, 1735088400}));
  EXPECT_EQ(read("d,k\n12/25/2024,1\n25/12/2024,1\n")["d"].type, ColumnType::text);
  EXPECT_EQ(read("d,k\n2024-02-30,1\n")["d"].type, ColumnType::text);
}

TEST(Csv, DecimalComma) {
  const Table t = read("a;b\n1;x\n2,5;y\n-3,25e1;z\n");
  EXPECT_EQ(t["a"].numbers, (Numbers{1, 2.5, -32.5}));
  EXPECT_EQ(read("a;b\n1,5;x\n1.5;y\n")["a"].type, ColumnType::text);
  EXPECT_EQ(read("1,5;2,25\n3,5;4\n").at(1).numbers, (Numbers{2.25, 4}));
}

TEST(Csv, FindsSeparators) {
  EXPECT_EQ(read("a,b\n1,2\n").width(), 2);
  EXPECT_EQ(read("a;b;c\n1;2;3\n").width(), 3);
  EXPECT_EQ(read("a\tb c\td\n1\t\t3\n")["b c"].missing_count(), 1);
  EXPECT_EQ(read("a|b\n1|2\n").width(), 2);
  EXPECT_EQ(read("a\n1\n2\n").width(), 1);
  EXPECT_EQ(read("text;label\none, two;x\nthree;y\n").width(), 2);
  EXPECT_EQ(read("text,label\n\"a;b\",x\n\"c;d\",y\n").width(), 2);
  EXPECT_EQ(read("a;b,c\n1;2,3\n", {.separator = ','}).width(), 2);
  EXPECT_EQ(read("k:v\n1:2\n", {.separator = ':'}).width(), 2);
}

TEST(Csv, FindsHeaders) {
  EXPECT_EQ(names(read("1,x\n2,y\n")), (Texts{"column 1", "column 2"}));
  EXPECT_EQ(read("1,x\n2,y\n").rows(), 2);
  EXPECT_EQ(names(read("id,name\n2,y\n")), (Texts{"id", "name"}));
  EXPECT_EQ(names(read(",name\n0,y\n")), (Texts{"column 1", "name"}));
  EXPECT_EQ(read("a,?\nb,1\n").rows(), 2);                        // a missing value is no name
  EXPECT_EQ(read("text,label\nsome,pos\nmore,neg\n").rows(), 2);  // nothing of the first line comes again
  EXPECT_EQ(read("bad,neg\ngood,pos\nfair,neg\n").rows(), 3);     // a label does
  EXPECT_EQ(names(read("2019,2020\n1,2\n", {.header = Header::present})), (Texts{"2019", "2020"}));
  EXPECT_EQ(read("id,name\n2,y\n", {.header = Header::absent}).rows(), 2);
  EXPECT_EQ(names(read("a,a,a.1,\n1,2,3,4\n")), (Texts{"a", "a.2", "a.1", "column 4"}));
  EXPECT_EQ(names(read("1,2\n", {.names = {"p", "q"}})), (Texts{"p", "q"}));
}

TEST(Csv, PassesOverMarksSpacesAndEmptyLines) {
  const Table t = read(
      "\xEF\xBB\xBF"
      "a , b\r\n\r\n 1,  \" x \" \r\n   \r\n2 ,y");
  EXPECT_EQ(names(t), (Texts{"a", "b"}));
  EXPECT_EQ(t["a"].numbers, (Numbers{1, 2}));
  EXPECT_EQ(texts(t["b"]), (Texts{" x ", "y"}));
}

TEST(Csv, Options) {
  const std::string text = "a,b,c\n1,-999,x\n2,3,NA\n3,4,y\n";
  const Table some = read(text, {.select = {"c", "b"}, .missing = {"-999"}, .limit = 2});
  EXPECT_EQ(names(some), (Texts{"b", "c"}));
  EXPECT_EQ(some.rows(), 2);
  EXPECT_TRUE(some["b"].missing(0));
  EXPECT_EQ(texts(some["c"]), (Texts{"x", "NA"}));
  const Table told = read(text, {.types = {{"a", ColumnType::text}}});
  EXPECT_EQ(texts(told["a"]), (Texts{"1", "2", "3"}));
}

std::string gzipped(const std::string& text) {
  z_stream z{};
  deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, uLong(text.size())) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = uInt(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = uInt(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

TEST(Csv, Gzip) {
  std::string text = "n,t\n";
  for (int i = 0; i < 50000; ++i) text += std::to_string(i) + ",word" + std::to_string(i % 100) + "\n";
  text += "last,word\n";
  const std::string packed = gzipped(text);
  const Table t = read(packed);
  EXPECT_EQ(t.rows(), 50001);
  EXPECT_EQ(t["n"].text(49999), "49999");
  EXPECT_EQ(t["n"].type, ColumnType::text);
  expect_error([&] { read(packed.substr(0, packed.size() / 2)); }, {"[some.csv]", "truncated"});
  EXPECT_EQ(read(gzipped("a,b\n1,2\n") + gzipped("3,4\n")).rows(), 2);
}

TEST(Csv, LargeFilesAndLongRecords) {
  const TempFolder folder;
  std::string text = "n,t\n", wide;
  for (int i = 0; i < 300000; ++i) text += std::to_string(i * 0.5) + ",\"w" + std::to_string(i % 7) + "\"\n";
  for (int i = 0; i < 200000; ++i) wide += (i ? "," : "") + std::to_string(i);
  const std::string path =
      folder.write("large.csv", {reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  const Table t = read_csv(path);
  ASSERT_EQ(t.rows(), 300000);
  double sum = 0;
  for (const double v : t["n"].numbers) sum += v;
  EXPECT_EQ(sum, 0.5 * 299999.0 * 300000.0 / 2);
  EXPECT_EQ(t["t"].dictionary.size(), 7u);
  EXPECT_EQ(t.source(), path);
  EXPECT_EQ(read(wide + "\n" + wide + "\n").width(), 200000);
}

TEST(Csv, RealSets) {
  LEPTON_NEED_DATA("tabular/adult-train.csv");
  const Table adult = read_csv((real_data() / "tabular/adult-train.csv").string());
  EXPECT_EQ(adult.rows(), 32561);
  EXPECT_EQ(adult.width(), 15);
  EXPECT_EQ(complete_rows(adult).size(), 32561u - 2399u);
  EXPECT_EQ(distinct_rows(adult).size(), 32561u - 24u);
  EXPECT_EQ(adult.at(-1).dictionary, (Texts{"<=50K", ">50K"}));
  const Table houses = read_csv((real_data() / "tabular/california-housing.csv").string());
  EXPECT_EQ(houses.rows(), 20640);
  EXPECT_EQ(houses["total_bedrooms"].missing_count(), 207);
  EXPECT_EQ(houses["ocean_proximity"].dictionary.size(), 5u);
}

}  // namespace
}  // namespace lepton::data
