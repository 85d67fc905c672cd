// Tables read, split and prepared, and the one that is drawn.
#include "lepton/data/tabular_data.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "lepton/tensor/factory.hpp"
#include "tests/data/support.hpp"

namespace lepton::data {
namespace {

/// n rows of a number, a word and a class, a tenth of them "rare".
Table rows(std::int64_t n) {
  std::vector<double> x;
  std::vector<std::string> words, y;
  for (std::int64_t i = 0; i < n; ++i) {
    x.push_back(double(i));
    words.push_back(i % 2 ? "odd" : "even");
    y.push_back(i % 10 == 3 ? "rare" : "often");
  }
  return Table({number_column("x", x), text_column("w", words), text_column("y", y)}, "rows");
}

TEST(TabularData, SplitsWithinEachClass) {
  const TabularData d = prepare_tabular(rows(200), {.seed = 4});
  EXPECT_EQ(d.train.size(), 160);
  EXPECT_EQ(d.test.size(), 40);
  const auto labels = d.test.labels();
  EXPECT_EQ(std::count(labels.begin(), labels.end(), 1), 4);
  EXPECT_EQ(d.train.class_names(), (std::vector<std::string>{"often", "rare"}));
  EXPECT_EQ(d.train.sample_shape(), (Shape{3}));
  EXPECT_NE(d.source.find("200 rows of 3 columns, split within each class by seed 4"), std::string::npos)
      << d.source;
}

TEST(TabularData, LearnsFromTheTrainingRowsAlone) {
  const TabularData d = prepare_tabular(rows(200), {.seed = 4});
  std::vector<std::int64_t> all(160);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = std::int64_t(i);
  const std::vector<float> x = d.train.batch(all)[0].slice(1, 0, 1).to_vector<float>();
  double sum = 0, squares = 0;
  for (const float v : x) sum += v, squares += double(v) * v;
  EXPECT_NEAR(sum / 160, 0, 1e-6);
  EXPECT_NEAR(squares / 160, 1, 1e-5);
}

TEST(TabularData, LeavesOutRows) {
  Table table = rows(100);
  Table with_gaps({table["x"], table["w"], [&] {
                     Column y = table["y"];
                     y.codes[5] = y.codes[7] = Column::kNoCode;
                     return y;
                   }()});
  const TabularData d = prepare_tabular(with_gaps);
  EXPECT_EQ(d.train.size() + d.test.size(), 98);
  EXPECT_NE(d.source.find("2 without a target left out"), std::string::npos) << d.source;
  std::vector<std::int64_t> twice;
  for (std::int64_t i = 0; i < 100; ++i) twice.insert(twice.end(), {i, i});
  const TabularData once = prepare_tabular(table.take(twice), {.duplicates = Duplicates::drop});
  EXPECT_EQ(once.train.size() + once.test.size(), 100);
  EXPECT_NE(once.source.find("100 duplicates left out"), std::string::npos) << once.source;
}

TEST(TabularData, LimitsAndSeeds) {
  const TabularData d = prepare_tabular(rows(200), {.seed = 1, .limit = 30});
  EXPECT_EQ(d.train.size(), 30);
  EXPECT_EQ(d.test.size(), 30);
  const auto x = [](const TabularData& t) {
    return t.test.batch(std::vector<std::int64_t>{0, 1, 2})[0].to_vector<float>();
  };
  EXPECT_EQ(x(prepare_tabular(rows(200), {.seed = 1})), x(prepare_tabular(rows(200), {.seed = 1})));
  EXPECT_NE(x(prepare_tabular(rows(200), {.seed = 1})), x(prepare_tabular(rows(200), {.seed = 2})));
  EXPECT_EQ(prepare_tabular(rows(20), {.test = 0}).train.size(), 20);
}

TEST(TabularData, ClassesOfTheTestRowsAloneAreKnown) {
  Table table = rows(40);
  Column y = table["y"];
  y.dictionary.push_back("once");
  y.codes[0] = 2;
  for (std::uint64_t seed = 0; seed < 10; ++seed)
    EXPECT_EQ(prepare_tabular(Table({table["x"], y}), {.seed = seed}).train.class_names().size(), 3u);
}

TEST(TabularData, ReadsFiles) {
  const TempFolder folder;
  std::string text = "a;b;price\n";
  for (int i = 0; i < 50; ++i)
    text += std::to_string(i) + ";" + (i % 3 ? "x" : "") + ";" + std::to_string(i * 1.5) + "\n";
  const std::string path = folder.write("t.csv", {reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  const TabularData d = load_tabular(path);
  EXPECT_EQ(d.pipeline.task(), TabularTask::regression);
  EXPECT_EQ(d.pipeline.target(), "price");
  EXPECT_EQ(d.train.batch(std::vector<std::int64_t>{0})[1].shape(), (Shape{1, 1}));
  EXPECT_EQ(d.pipeline.feature_names(), (std::vector<std::string>{"a", "b=missing", "b=x"}));
}

TEST(SyntheticTable, IsAsDescribed) {
  const Table t = synthetic_table({.rows = 20000, .columns = 7, .task = TabularTask::regression, .seed = 3});
  EXPECT_EQ(t.width(), 8);
  double mean = 0, squares = 0, error = 0;
  for (std::size_t i = 0; i < 20000; ++i) {
    const auto x = [&](std::size_t c) { return t.at(std::int64_t(c)).numbers[i]; };
    const double y = t["y"].numbers[i];
    const double exact = 10 * std::sin(3.14159265358979 * x(0) * x(1)) + 20 * (x(2) - 0.5) * (x(2) - 0.5) +
                         10 * x(3) + 5 * x(4);
    mean += y / 20000, squares += y * y / 20000, error += (y - exact) * (y - exact) / 20000;
  }
  EXPECT_NEAR(error, 1, 5 * std::sqrt(2.0 / 20000));
  EXPECT_GT(1 - error / (squares - mean * mean), 0.95);
  EXPECT_LT(1 - error / (squares - mean * mean), 0.965);
  const Table classes = synthetic_table({.rows = 20000, .columns = 7, .seed = 3});
  EXPECT_EQ(classes["x7"].numbers, t["x7"].numbers);
  EXPECT_NEAR(double(std::count(classes["y"].codes.begin(), classes["y"].codes.end(), 1)) / 20000, 0.5, 0.03);
  EXPECT_NE(synthetic_table({.rows = 10, .seed = 1})["x1"].numbers,
            synthetic_table({.rows = 10, .seed = 2})["x1"].numbers);
  expect_error([] { synthetic_table({.columns = 4}); }, {"[synthetic_table]", "5 columns"});
}

}  // namespace
}  // namespace lepton::data
