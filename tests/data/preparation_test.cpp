// Scalers, imputers and categories: the figures of scikit-learn.
#include "lepton/data/categories.hpp"
#include "lepton/data/imputer.hpp"
#include "lepton/data/scaler.hpp"
#include "lepton/tensor/factory.hpp"
#include "tests/data/preparation_golden.hpp"
#include "tests/data/support.hpp"

namespace lepton::data {
namespace {

using Numbers = std::vector<double>;

Tensor matrix(DType dtype = f64) {
  return tensor(golden::kMatrix, {golden::kMatrixShape[0], golden::kMatrixShape[1]}).to(dtype);
}

void expect_equal(const Tensor& got, const Numbers& expected, double tolerance = 1e-12) {
  const Numbers values = got.to_vector<double>();
  ASSERT_EQ(values.size(), expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(std::isnan(values[i]), std::isnan(expected[i])) << i;
    if (std::isnan(expected[i])) continue;
    EXPECT_NEAR(values[i], expected[i], tolerance * std::max(1.0, std::abs(expected[i]))) << i;
  }
}

TEST(Scaler, EqualsScikitLearn) {
  const struct {
    Scaler scaler;
    const Numbers& expected;
  } cases[] = {{StandardScaler{}.fit(matrix()), golden::kStandard},
               {MinMaxScaler{}.fit(matrix()), golden::kMinMax},
               {MinMaxScaler{.low = -1, .high = 2}.fit(matrix()), golden::kMinMaxWide},
               {RobustScaler{}.fit(matrix()), golden::kRobust},
               {RobustScaler{.low = 0.1, .high = 0.9}.fit(matrix()), golden::kRobustWide}};
  for (const auto& [scaler, expected] : cases) {
    const Tensor y = scaler.transform(matrix());
    expect_equal(y, expected, 1e-9);  // 5e6 +- 1000 has 13 digits
    expect_equal(scaler.inverse(y), golden::kMatrix, 1e-9);
    const Scaler again = Scaler::from_json(scaler.to_json());
    EXPECT_EQ(again.centre, scaler.centre);
    EXPECT_EQ(again.scale, scaler.scale);
    EXPECT_EQ(again.shift, scaler.shift);
  }
}

TEST(Scaler, KeepsTheType) {
  const Tensor x = tensor({{1.f, 5.f}, {3.f, 5.f}});
  const Tensor y = StandardScaler{}.fit(x).transform(x);
  EXPECT_EQ(y.dtype(), f32);
  EXPECT_EQ(y.to_vector<float>(), (std::vector<float>{-1, 0, 1, 0}));
}

TEST(Scaler, LeavesColumnsWithoutValues) {
  const Tensor x = tensor({{Column::kMissing}, {Column::kMissing}});
  for (const Scaler& s : {StandardScaler{}.fit(x), MinMaxScaler{}.fit(x), RobustScaler{}.fit(x)}) {
    EXPECT_EQ(s.transform(tensor({{3.5}})).item(), 3.5);
  }
}

TEST(Scaler, Refuses) {
  expect_error([] { StandardScaler{}.fit(tensor({1.f})); }, {"[StandardScaler]", "[1]"});
  expect_error([] { MinMaxScaler{.low = 1, .high = 1}.fit(matrix()); }, {"[MinMaxScaler]", "below"});
  expect_error([] { RobustScaler{.low = -1}.fit(matrix()); }, {"[RobustScaler]"});
  expect_error([] { StandardScaler{}.fit(matrix()).transform(zeros({2, 5})); }, {"[rows, 6]", "[2, 5]"});
  expect_error([] { StandardScaler{}.fit(matrix()).transform(zeros({2, 6}, {.dtype = i64})); }, {"i64"});
  expect_error([] { Scaler::from_json("{\"centre\": [1]}", "model.json"); }, {"[model.json]", "scale"});
  expect_error([] { Scaler::from_json("{\"centre\": [1], \"scale\": [], \"shift\": []}", "m"); }, {"length"});
  expect_error([] { Scaler::from_json("nothing", "model.json"); }, {"[model.json]", "parse"});
}

TEST(Imputer, EqualsScikitLearn) {
  const struct {
    Impute by;
    const Numbers& expected;
  } cases[] = {{Impute::mean, golden::kImputedMean},
               {Impute::median, golden::kImputedMedian},
               {Impute::most_frequent, golden::kImputedMostFrequent},
               {Impute::constant, golden::kImputedConstant}};
  for (const auto& [by, expected] : cases) {
    const Imputer imputer = Imputer::fit(matrix(), by, -3.5);
    expect_equal(imputer.transform(matrix()), expected);
    EXPECT_EQ(Imputer::from_json(imputer.to_json()).fill, imputer.fill);
  }
  expect_error([] { Imputer::fit(matrix()).transform(zeros({1, 2})); }, {"[Imputer]", "[1, 2]"});
}

TEST(Categories, EqualScikitLearn) {
  const Column words = text_column("word", golden::kWords);
  for (const auto& golden : golden::kCategoryCases) {
    const Categories categories = Categories::fit(words, golden.most);
    EXPECT_EQ(categories.other, golden.most > 0 && golden.most <= 8);
    EXPECT_EQ(one_hot(words, categories).to_vector<double>(), golden.rows) << golden.most;
  }
}

TEST(Categories, PlaceUnknownAndMissingTexts) {
  const Column train = text_column("c", {"x", "y", "x", ""}), other = text_column("c", {"y", "z", "", "x"});
  const Categories all = Categories::fit(train), few = Categories::fit(train, 2);
  EXPECT_EQ(all.names, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(all.find_all(other), (std::vector<std::int64_t>{1, -1, -1, 0}));
  EXPECT_EQ(few.names, (std::vector<std::string>{"x"}));
  EXPECT_EQ(few.find_all(other, Unknown::error), (std::vector<std::int64_t>{1, 1, -1, 0}));
  expect_error([&] { all.find_all(other, Unknown::error); }, {"row 2", "'c'", "'z'", "x, y"});
  const std::vector<float> places = ordinal(other, all).to_vector<float>();
  EXPECT_EQ(places[1], -1);
  EXPECT_TRUE(std::isnan(places[2]));
  EXPECT_EQ(places[3], 0);
}

TEST(Categories, OfNumbers) {
  const Column c = number_column("n", {3, 10, 3, Column::kMissing});
  const Categories categories = Categories::fit(c);
  EXPECT_EQ(categories.names, (std::vector<std::string>{"10", "3"}));
  EXPECT_EQ(categories.find_all(c), (std::vector<std::int64_t>{1, 0, 1, -1}));
}

}  // namespace
}  // namespace lepton::data
