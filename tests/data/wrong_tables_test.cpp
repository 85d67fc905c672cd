// Wrong tables, as a user might give them: each error says where (file, row, column) and what to do.
#include "tests/data/wrong_input.hpp"

namespace lepton::data {
namespace {

const std::string kGood = "age,town,class\n1,Ulm,a\n2,Bonn,b\n3,Ulm,a\n4,Bonn,b\n";

TabularPipeline pipeline(const Place& p, const TabularOptions& options = {}) {
  return TabularPipeline(p.csv(kGood), options);
}

const std::string kGzip("\x1f\x8b\x08", 3);

const Case kTables[] = {
    {"no such file", [](const Place& p) { read_csv(p / "none.csv"); }, {"none.csv"}, {"No such file"}},
    {"a folder", [](const Place& p) { read_csv(p.path()); }, {"lepton-test"}, {"folder"}},
    {"an empty file", [](const Place& p) { p.csv(""); }, {"rows.csv"}, {"empty", "no rows"}},
    {"a header alone", [](const Place& p) { p.csv("a,b\n"); }, {"rows.csv"}, {"no rows"}},
    {"a short row",
     [](const Place& p) { p.csv("a,b\n1,2\n3\n"); },
     {"rows.csv", "row 2", "line 3"},
     {"1", "2"}},
    {"a long row",
     [](const Place& p) { p.csv("a,b\n1,2\n3,4,5\n"); },
     {"rows.csv", "row 2", "line 3"},
     {"3", "2"}},
    {"an open quote", [](const Place& p) { p.csv("a,b\n1,\"x\n"); }, {"rows.csv", "line 2"}, {"quote"}},
    {"Latin-1", [](const Place& p) { p.csv("a,b\n1,J\xf6rg\n"); }, {"rows.csv", "row 1", "'b'"}, {"iconv"}},
    {"UTF-16",
     [](const Place& p) {
       p.csv(
           std::string("\xff\xfe"
                       "a\0,\0b\0\n\0",
                       10));
     },
     {"rows.csv"},
     {"UTF-8"}},
    {"broken gzip",
     [](const Place& p) { read_csv(p.file("a.csv.gz", kGzip + "xxxxxxxxxxxxxxx")); },
     {"a.csv.gz"},
     {"gzip"}},
    {"another type than told",
     [](const Place& p) {
       p.csv(kGood, {.types = {{"town", ColumnType::number}}});
     },
     {"rows.csv", "row 1", "'town'"},
     {"Ulm", "number", "missing values"}},
    {"a type for no column",
     [](const Place& p) {
       p.csv(kGood, {.types = {{"city", ColumnType::text}}});
     },
     {"rows.csv", "'city'"},
     {"age, town, class"}},
    {"a target that is not there",
     [](const Place& p) { pipeline(p, {.target = "klass"}); },
     {"rows.csv", "'klass'"},
     {"age, town, class"}},
    {"a target beyond the last column",
     [](const Place& p) { pipeline(p, {.target = "9"}); },
     {"rows.csv", "9"},
     {"3 columns", "counted from 1"}},
    {"regression on text",
     [](const Place& p) { pipeline(p, {.task = TabularTask::regression}); },
     {"rows.csv", "'class'"},
     {"text", "--target"}},
    {"one class",
     [](const Place& p) { TabularPipeline(p.csv("a,b\n1,x\n2,x\n")); },
     {"rows.csv", "'b'"},
     {"one class", "--target"}},
    {"a missing target",
     [](const Place& p) { TabularPipeline(p.csv("a,b\n1,x\n2,y\n3,\n")); },
     {"rows.csv", "row 3", "'b'"},
     {"complete_rows"}},
    {"an infinite number",
     [](const Place& p) { TabularPipeline(p.csv("a,b\n1,x\ninf,y\n")); },
     {"rows.csv", "row 2", "'a'"},
     {"inf"}},
    {"no features",
     [](const Place& p) { TabularPipeline(p.csv("b\nx\ny\nx\ny\n")); },
     {"rows.csv", "'b'"},
     {"features"}},
    {"a column that is gone",
     [](const Place& p) { pipeline(p).features(p.csv("age,class\n1,a\n2,b\n")); },
     {"rows.csv", "'town'"},
     {"age, class", "trained with"}},
    {"a column of another type",
     [](const Place& p) { pipeline(p).features(p.csv("age,town\nold,Ulm\nnew,Bonn\n")); },
     {"rows.csv", "'age'"},
     {"text", "number"}},
    {"an unknown class",
     [](const Place& p) { pipeline(p).targets(p.csv(kGood + "5,Ulm,c\n")); },
     {"rows.csv", "row 5", "'c'"},
     {"a, b"}},
    {"an unknown category",
     [](const Place& p) {
       pipeline(p, {.texts = {.unknown = Unknown::error}}).features(p.csv("age,town\n1,Rom\n2,Ulm\n"));
     },
     {"rows.csv", "row 1", "'Rom'"},
     {"Bonn"}},
    {"preparation that is none",
     [](const Place&) { TabularPipeline::from_json("{}", "m.safetensors"); },
     {"m.safetensors"},
     {"preparation"}},
    {"a database that is not there",
     [](const Place& p) { read_sql("sqlite:" + (p / "none.db"), "SELECT 1"); },
     {"none.db"},
     {"unable to open"}},
    {"another kind of database",
     [](const Place&) { read_sql("mysql://host/db", "SELECT 1"); },
     {"read_sql"},
     {"sqlite:", "postgresql://"}},
};

TEST(WrongInput, Tables) { expect_all(kTables); }

}  // namespace
}  // namespace lepton::data
