// TabularPipeline: the features of scikit-learn's column transformer, targets, keeping, and what is refused.
#include "lepton/data/tabular.hpp"

#include "lepton/data/csv.hpp"
#include "lepton/tensor/factory.hpp"
#include "tests/data/preparation_golden.hpp"
#include "tests/data/support.hpp"

namespace lepton::data {
namespace {

using Texts = std::vector<std::string>;

Table read(const std::string& text, const std::string& name = "some.csv") {
  return read_csv({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, name);
}

/// With one more column, a target.
Table with_target(Table table) {
  std::vector<std::string> y;
  for (std::int64_t i = 0; i < table.rows(); ++i) y.push_back(i % 2 ? "yes" : "no");
  table.add(text_column("y", y));
  return table;
}

void expect_features(const Tensor& x, const std::vector<double>& expected) {
  const std::vector<double> values = x.to_vector<double>();
  ASSERT_EQ(values.size(), expected.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_NEAR(values[i], expected[i], 1e-6 * std::max(1.0, std::abs(expected[i]))) << i;
}

TEST(Tabular, EqualsScikitLearn) {
  const TabularOptions options[] = {{},
                                    {.numbers = {.impute = Impute::mean, .scaling = Scaling::min_max},
                                     .texts = {.impute = Impute::most_frequent, .most = 3}},
                                    {.numbers = {.impute = Impute::most_frequent, .scaling = Scaling::robust},
                                     .texts = {.encoding = Encoding::ordinal}}};
  const Table train = with_target(read(golden::kTrain)), other = read(golden::kOther);
  for (std::size_t i = 0; i < std::size(options); ++i) {
    const TabularPipeline pipeline(train, options[i]);
    expect_features(pipeline.features(train), golden::kPipelineCases[i].train);
    expect_features(pipeline.features(other), golden::kPipelineCases[i].other);
    // Kept and read again, it is the same.
    const TabularPipeline again = TabularPipeline::from_json(pipeline.to_json());
    EXPECT_EQ(again.features(other).to_vector<float>(), pipeline.features(other).to_vector<float>());
    EXPECT_EQ(again.targets(train).to_vector<std::int64_t>(),
              pipeline.targets(train).to_vector<std::int64_t>());
    EXPECT_EQ(again.to_json(), pipeline.to_json());
    EXPECT_EQ(again.describe(), pipeline.describe());
  }
}

TEST(Tabular, NamesFeatures) {
  const TabularPipeline p(with_target(read(golden::kTrain)), {.drop = {"fare"}, .texts = {.most = 3}});
  EXPECT_EQ(p.feature_names(),
            (Texts{"age", "city=Bonn", "city=Ulm", "city=(other)", "sex=f", "sex=m", "sex=(other)", "born",
                   "born.month", "born.day", "born.weekday", "flag"}));
  EXPECT_EQ(p.types().at("born"), ColumnType::date);
  EXPECT_FALSE(p.types().contains("y"));
}

TEST(Tabular, Indicators) {
  const Table train = read("a,b,y\n1,2,u\n,3,v\n4,5,u\n");
  const TabularPipeline p(train, {.numbers = {.scaling = Scaling::none, .indicator = true}});
  EXPECT_EQ(p.feature_names(), (Texts{"a", "a.missing", "b"}));
  EXPECT_EQ(p.features(train).to_vector<float>(), (std::vector<float>{1, 0, 2, 2.5, 1, 3, 4, 0, 5}));
}

TEST(Tabular, ColumnsOfTheirOwnKind) {
  const Table train = read("zip,n,y\n1010,1,u\n1020,2,v\n1010,6,u\n");
  const TabularPipeline p(train, {.number_columns = {{"n", {.scaling = Scaling::min_max}}},
                                  .text_columns = {{"zip", {.unknown = Unknown::error}}}});
  EXPECT_EQ(p.feature_names(), (Texts{"zip=1010", "zip=1020", "n"}));
  EXPECT_EQ(p.features(train).to_vector<float>(), (std::vector<float>{1, 0, 0, 0, 1, 0.2f, 1, 0, 1}));
  expect_error([&] { p.features(read("zip,n\n1010,1\n1030,1\n")); },
               {"[some.csv]", "row 2", "'zip'", "'1030'"});
}

TEST(Tabular, HoursWhereThereAreAny) {
  const Table train = read("d,y\n2024-01-01 06:30,u\n2024-01-02 18:00,v\n1969-12-31T23:59:59Z,u\n");
  const TabularPipeline p(train, {.numbers = {.scaling = Scaling::none}});
  EXPECT_EQ(p.feature_names(), (Texts{"d", "d.month", "d.day", "d.weekday", "d.hour"}));
  const std::vector<float> x = p.features(train).to_vector<float>();
  EXPECT_EQ((std::vector<float>{x.begin() + 1, x.begin() + 5}), (std::vector<float>{1, 1, 0, 6}));
  EXPECT_EQ((std::vector<float>{x.begin() + 11, x.begin() + 15}), (std::vector<float>{12, 31, 2, 23}));
  EXPECT_EQ(TabularPipeline(train, {.dates = DateParts::days}).feature_names(), Texts{"d"});
}

TEST(Tabular, FindsTheTask) {
  const auto task = [](const std::string& values) { return TabularPipeline(read("x,y\n" + values)).task(); };
  EXPECT_EQ(task("1,a\n2,b\n"), TabularTask::classification);
  EXPECT_EQ(task("1,true\n2,false\n"), TabularTask::classification);
  EXPECT_EQ(task("1,0\n2,1\n3,1\n4,0\n"), TabularTask::classification);
  EXPECT_EQ(task("1,0\n2,1\n3,2\n"), TabularTask::regression);
  EXPECT_EQ(task("1,0.5\n2,1\n3,1\n4,0.5\n"), TabularTask::regression);
  std::string many;
  for (int i = 0; i < 100; ++i) many += "1," + std::to_string(i % 21) + "\n";
  EXPECT_EQ(task(many), TabularTask::regression);
  EXPECT_EQ(
      TabularPipeline(read("x,y\n1,0\n2,1\n3,2\n"), {.task = TabularTask::classification}).class_names(),
      (Texts{"0", "1", "2"}));
  EXPECT_EQ(TabularPipeline(read("x,y\n1,0\n2,1\n3,1\n4,0\n"), {.task = TabularTask::regression}).task(),
            TabularTask::regression);
}

TEST(Tabular, FindsTheTarget) {
  const Table table = read("p,q,r\n1,u,1\n2,v,2\n3,u,2\n4,u,1\n");
  EXPECT_EQ(TabularPipeline(table).target(), "r");
  EXPECT_EQ(TabularPipeline(table, {.target = "q"}).class_names(), (Texts{"u", "v"}));
  EXPECT_EQ(TabularPipeline(table, {.target = "2"}).target(), "q");
  EXPECT_EQ(TabularPipeline(read("2,x\n1,5\n1,6\n2,5\n2,6\n", "t"), {.target = "2"}).target(), "column 2");
  expect_error([&] { TabularPipeline(table, {.target = "s"}); }, {"[some.csv]", "no column 's'", "p, q, r"});
  expect_error([&] { TabularPipeline(table, {.target = "4"}); }, {"no column 4", "3 columns"});
}

TEST(Tabular, Classes) {
  const Table table = read("x,y\n1,10\n2,9\n3,10\n4,9\n");
  const TabularPipeline p(table, {.classes = {"11"}});
  EXPECT_EQ(p.class_names(), (Texts{"9", "10", "11"}));  // numbers in their order
  EXPECT_EQ(p.targets(table).to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 0, 1, 0}));
  const Dataset data = p.dataset(table);
  EXPECT_EQ(data.class_names(), p.class_names());
  EXPECT_EQ(data.labels(), (std::vector<std::int64_t>{1, 0, 1, 0}));
  expect_error([&] { p.targets(read("x,y\n1,9\n1,12\n")); }, {"row 2", "'y'", "'12'", "9, 10, 11"});
}

TEST(Tabular, RegressionInUnits) {
  const Table table = read("x,y\n1,10\n2,20\n3,60\n");
  const TabularPipeline p(table);
  const Tensor y = p.targets(table);
  EXPECT_EQ(y.shape(), (Shape{3, 1}));
  EXPECT_NEAR(p.target_scale(), std::sqrt(1400.0 / 3), 1e-12);
  const std::vector<double> back = p.to_units(y).to_vector<double>();
  EXPECT_NEAR(back[2], 60, 1e-5);
}

TEST(Tabular, RefusesTables) {
  const Table train = with_target(read(golden::kTrain));
  const TabularPipeline p(train);
  const auto refused = [&](const std::string& text, const std::vector<std::string>& parts) {
    expect_error([&] { p.features(read(text, "new.csv")); }, parts);
  };
  refused("age\n1\n", {"[new.csv]", "no column 'fare'", "trained with", "it has age"});
  refused("age,fare,city,sex,born,flag\n1,2,Ulm,m,2001-01-01,true\nold,2,Ulm,m,2001-01-01,true\n",
          {"'age' holds text", "number values in training", "'old' in row 2 (line 3)"});
  refused("age,fare,city,sex,born,flag\ninf,2,Ulm,m,2001-01-01,true\n", {"row 1", "'age'", "infinite"});
  refused("age,fare,city,sex,born,flag\n1,2,Ulm,m,3,true\n", {"'born' holds number", "date"});
  expect_error([&] { p.targets(read(golden::kTrain)); }, {"no column 'y'"});
}

TEST(Tabular, RefusesTrainingRows) {
  const auto refused = [](const std::string& text, const TabularOptions& options, const Texts& parts) {
    expect_error([&] { TabularPipeline(read(text), options); }, parts);
  };
  refused("x,y\n1,u\n2,u\n", {}, {"[some.csv]", "target 'y'", "the one class 'u'"});
  refused("x,y\n1,u\n2,\n3,v\n", {}, {"row 2", "'y'", "target is missing"});
  refused("y\nu\nv\n", {}, {"no features", "'y'"});
  refused("x,y\n,u\n,v\n", {}, {"no features"});
  refused("x,y\n1,u\n2,v\n", {.drop = {"z"}}, {"no column 'z'"});
  refused("x,y\n1,u\n2,v\n", {.task = TabularTask::regression}, {"'y' is text", "regressed"});
  refused("x,t,y\n1,a,u\n2,b,v\n", {.number_columns = {{"t", {}}}}, {"'t' is text, not numbers"});
  refused("x,t,y\n1,a,u\n2,b,v\n", {.texts = {.impute = Impute::mean}}, {"'t' is text", "no mean"});
  refused("x,y\n1e999,u\n2,v\n", {}, {"row 1", "'x'", "infinite"});
}

TEST(Tabular, RefusesDatesThatAreNone) {
  const Table table(
      {{.name = "d", .type = ColumnType::date, .numbers = {0, 1e30}}, text_column("y", {"u", "v"})});
  expect_error([&] { TabularPipeline{table}; }, {"row 2", "'d'", "beyond the year 9999"});
}

TEST(Tabular, RefusesWhatItHasNotSaved) {
  const auto refused = [](const std::string& text, const Texts& parts) {
    expect_error([&] { TabularPipeline::from_json(text, "model"); }, parts);
  };
  refused("{}", {"[model]", "version"});
  refused("[1", {"[model]", "parse"});
  refused("{\"version\": 2}", {"newer"});
  std::string text = TabularPipeline(read("x,y\n1,u\n2,v\n")).to_json();
  text.replace(text.find("\"number\""), 8, "\"colour\"");
  refused(text, {"colour"});
}

}  // namespace
}  // namespace lepton::data
