// Searches, cross-validation and the learning-rate finder.
#include "lepton/train/search.hpp"

#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "lepton/data/split.hpp"
#include "lepton/metrics/accuracy.hpp"
#include "lepton/train/cross_validation.hpp"
#include "lepton/train/find_lr.hpp"
#include "lepton/train/interrupt.hpp"
#include "tests/support/child.hpp"
#include "tests/train/support.hpp"

namespace lepton {
namespace {

namespace fs = std::filesystem;

const std::vector<SearchParameter> kSpace = {
    {.name = "lr", .low = 1e-4, .high = 1, .scale = Scale::log, .points = 5},
    choice("width", {8, 16, 32}),
    {.name = "dropout", .low = 0, .high = 0.5, .points = 3}};

/// A smooth figure whose least value, 1, is at lr = 0.02, width 16, dropout 0.25.
double bowl(const Setting& s) {
  return 1 + std::pow(std::log10(s.number("lr") / 0.02), 2) + std::abs(s.number("width") - 16) / 64 +
         std::pow(s.number("dropout") - 0.25, 2);
}

TEST(Search, GridTriesEveryCombinationOnce) {
  std::set<std::string> seen;
  const auto report = search(kSpace,
                             [&](const Trial& t) {
                               EXPECT_TRUE(seen.insert(t.setting.describe()).second);
                               return bowl(t.setting);
                             },
                             {.method = SearchMethod::grid});
  EXPECT_EQ(seen.size(), 45u);
  EXPECT_TRUE(seen.contains("lr=0.01 width=16 dropout=0.25"));
  EXPECT_EQ(report.trials.size(), 45u);
  EXPECT_EQ(report.trials[std::size_t(report.best)].trial.setting.describe(),
            "lr=0.01 width=16 dropout=0.25");
}

TEST(Search, RandomSettingsCoverTheSpaceAndDependOnTheSeedAlone) {
  const auto settings = [](std::uint64_t seed, std::int64_t trials) {
    std::vector<std::string> all;
    search(kSpace, [&](const Trial& t) { return all.push_back(t.setting.describe()), 0.0; },
           {.trials = trials, .seed = seed});
    return all;
  };
  const auto all = settings(1, 30), more = settings(1, 40);
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), 30u);
  EXPECT_TRUE(std::equal(all.begin(), all.end(), more.begin()));
  EXPECT_NE(settings(2, 30), all);
  int decades[4] = {}, widths = 0;
  search(kSpace,
         [&](const Trial& t) {
           const double lr = t.setting.number("lr");
           EXPECT_TRUE(lr >= 1e-4 && lr <= 1);
           ++decades[int(std::floor(std::log10(lr))) + 4];
           widths += t.setting.whole("width") == 32;
           return 0;
         },
         {.trials = 40});
  for (const int count : decades) EXPECT_NEAR(count, 10, 3);
  EXPECT_NEAR(widths, 13, 4);
}

TEST(Search, HalvingGivesTheBestMore) {
  std::vector<std::pair<std::int64_t, std::int64_t>> runs;
  const auto report = search(kSpace,
                             [&](const Trial& t) {
                               runs.emplace_back(t.budget, t.number);
                               return bowl(t.setting) + 1.0 / double(t.budget);
                             },
                             {.method = SearchMethod::halving, .trials = 27, .budget = 9});
  std::map<std::int64_t, int> by_budget;
  double spent = 0;
  for (const auto& [budget, trial] : runs) {
    ++by_budget[budget];
    spent += double(budget);
  }
  EXPECT_EQ(by_budget, (std::map<std::int64_t, int>{{1, 27}, {3, 9}, {9, 3}}));
  EXPECT_LT(spent, 27 * 9 / 2);
  const TrialResult& best = report.trials[std::size_t(report.best)];
  EXPECT_EQ(best.trial.budget, 9);
  for (const TrialResult& r : report.trials) EXPECT_GE(bowl(r.trial.setting), bowl(best.trial.setting));
}

TEST(Search, FailuresAreResultsToo) {
  const auto report = search(kSpace,
                             [](const Trial& t) {
                               if (t.number == 1) throw Error("fit", "too large");
                               return t.number == 2 ? std::nan("") : double(t.number);
                             },
                             {.trials = 4});
  EXPECT_EQ(report.best, 0);
  EXPECT_EQ(report.trials[1].error, "[fit] too large");
  EXPECT_TRUE(std::isnan(report.trials[2].value));
}

TEST(Search, GoesOnFromItsJournal) {
  const TempFolder folder;
  const SearchOptions options{
      .method = SearchMethod::halving, .trials = 9, .budget = 9, .folder = folder / "s"};
  int runs = 0;
  const auto stops_after = [&](int n) {
    return [&runs, n](const Trial& t) {
      if (++runs == n) request_interrupt();
      EXPECT_TRUE(fs::is_directory(t.folder));
      return bowl(t.setting) / double(t.budget);
    };
  };
  const auto part = search(kSpace, stops_after(5), options);
  clear_interrupt();
  EXPECT_TRUE(part.interrupted);
  EXPECT_EQ(part.trials.size(), 4u);
  {
    std::ofstream(folder / "s/journal.jsonl", std::ios::app) << "{\"round\":0,\"tri";
  }  // killed while it wrote
  const auto rest = search(kSpace, stops_after(-1), options);
  EXPECT_EQ(runs, 5 + 5 + 3 + 1);
  const auto whole =
      search(kSpace, stops_after(-1),
             {.method = SearchMethod::halving, .trials = 9, .budget = 9, .folder = folder / "t"});
  EXPECT_EQ(rest.best, whole.best);
  for (std::size_t i = 0; i < whole.trials.size(); ++i)
    EXPECT_EQ(rest.trials[i].value, whole.trials[i].value);
  runs = 0;
  search(kSpace, stops_after(-1), options);
  EXPECT_EQ(runs, 0);
  SearchOptions other = options;
  other.seed = 1;
  expect_error([&] { search(kSpace, stops_after(-1), other); }, {"journal.jsonl", "another search"});
}

TEST(Search, ThirtyTrialsComeWithinOnePercentOfTheGrid) {
  const data::Dataset data = problem(1500);
  const auto [test, train] = data::split(data, 0.4, 1);
  const auto accuracy = [&, &train = train, &test = test](const Trial& t) {
    manual_seed(7);
    const std::int64_t width = t.setting.whole("width");
    nn::Sequential net{nn::Linear(8, width), relu, nn::Dropout(t.setting.number("dropout")),
                       nn::Linear(width, 3)};
    optim::Adam adam(net.parameters(), {.lr = t.setting.number("lr")});
    const Report r =
        fit(net, adam, cross_entropy, train,
            {.epochs = t.budget, .validation = test, .metrics = {{"accuracy", metrics::Accuracy()}}});
    return r.epochs.back().validation[1].value;
  };
  const auto best = [&](SearchMethod method) {
    const auto report = search(
        kSpace, accuracy, {.method = method, .trials = 30, .goal = optim::PlateauMode::max, .budget = 9});
    return report.trials[std::size_t(report.best)].value;
  };
  const double grid = best(SearchMethod::grid);
  EXPECT_GT(grid, 0.9);
  EXPECT_GE(best(SearchMethod::random), 0.99 * grid);
  EXPECT_GE(best(SearchMethod::halving), 0.99 * grid);
}

/// Not a test: a process that shares a search, and is killed where it says so.
TEST(SearchChild, DISABLED_Searches) {
  const std::string folder = test::Child::folder();
  if (folder.empty()) GTEST_SKIP();
  search(kSpace,
         [&](const Trial& t) {
           std::ofstream(t.folder + "/runs", std::ios::app) << "run\n";
           std::this_thread::sleep_for(std::chrono::milliseconds(20));
           return bowl(t.setting);
         },
         {.trials = 30, .folder = folder + "/s"});
}

TEST(Search, ProcessesShareTheTrials) {
  const TempFolder folder;
  const char* const name = "SearchChild.DISABLED_Searches";
  test::Child a(name, folder / ""), b(name, folder / ""), killed(name, folder / "");
  std::this_thread::sleep_for(std::chrono::milliseconds(120));
  killed.end(SIGKILL);
  EXPECT_EQ(a.wait(), 0);
  EXPECT_EQ(b.wait(), 0);
  const auto report = search(kSpace, [](const Trial&) { return ADD_FAILURE() << "is done already", 0.0; },
                             {.trials = 30, .folder = folder / "s"});
  ASSERT_EQ(report.trials.size(), 30u);
  int twice = 0;
  for (std::int64_t i = 0; i < 30; ++i) {
    std::ifstream in(folder / "s/trials/" + std::to_string(i) + "/runs");
    int runs = 0;
    for (std::string line; std::getline(in, line);) ++runs;
    EXPECT_GE(runs, 1);
    twice += runs - 1;
    EXPECT_EQ(report.trials[std::size_t(i)].value, bowl(report.trials[std::size_t(i)].trial.setting));
  }
  EXPECT_LE(twice, 1) << "only what the killed one was at is run again";
}

Setting grid(const std::string& value) {
  return Setting(std::vector<std::pair<std::string, std::string>>{{"a", value}});
}

TEST(Search, Refuses) {
  const auto run = [](const Trial&) { return 0.0; };
  expect_error([&] { search({}, run); }, {"[search]", "no parameters"});
  expect_error([&] { search({{.name = "lr"}}, run); }, {"'lr'", "low < high"});
  expect_error([&] { search({{.name = "lr", .high = 1, .scale = Scale::log}}, run); }, {"'lr'", "low > 0"});
  expect_error([&] { search({choice("a", {1}), choice("a", {2})}, run); }, {"'a'"});
  expect_error([&] { search(kSpace, run, {.trials = 0}); }, {"trials"});
  expect_error([&] { grid("relu").number("a"); }, {"'relu'", "no number"});
  expect_error([&] { grid("1").text("b"); }, {"'b'", "a=1"});
}

TEST(CrossValidation, TrainsOnEachFold) {
  const data::Dataset data = problem(90);
  std::int64_t tested = 0;
  const auto found = cross_validate(
      data, data::stratified_k_fold(data.labels(), 3),
      [&](const data::Dataset& train, const data::Dataset& test, int) {
        EXPECT_EQ(train.size() + test.size(), 90);
        tested += test.size();
        return Trained({.epochs = 3, .validation = test, .metrics = {{"accuracy", metrics::Accuracy()}}},
                       train)
            .report.epochs.back()
            .validation;
      });
  EXPECT_EQ(tested, 90);
  ASSERT_EQ(found.folds.size(), 3u);
  const double a = found.folds[0][1].value, b = found.folds[1][1].value, c = found.folds[2][1].value;
  const double mean = (a + b + c) / 3;
  EXPECT_DOUBLE_EQ(found.mean("accuracy"), mean);
  EXPECT_NEAR(found.deviation("accuracy"),
              std::sqrt((std::pow(a - mean, 2) + std::pow(b - mean, 2) + std::pow(c - mean, 2)) / 2), 1e-12);
  expect_error([&] { found.mean("f1"); }, {"'f1'"});
  expect_error(
      [&] {
        cross_validate(data, data::k_fold(90, 3), [](auto&, auto&, int fold) -> std::vector<Figure> {
          if (fold == 1) throw Error("fit", "no");
          return {};
        });
      },
      {"fold 1", "[fit] no"});
}

TEST(FindLr, SuggestsARateThatTrainsAndChangesNothing) {
  const data::Dataset data = problem(400);
  nn::Sequential net = network();
  optim::Adam adam(net.parameters(), {.lr = 0.123});
  manual_seed(3);
  const auto before = weights(net);
  const LrCurve curve = find_lr(net, adam, cross_entropy, data);
  EXPECT_EQ(weights(net), before);
  EXPECT_EQ(adam.lr(), 0.123);
  EXPECT_EQ(adam.steps(), 0);
  EXPECT_EQ(default_generator().offset(), 0u);
  EXPECT_GT(curve.suggestion, 1e-4);
  EXPECT_LT(curve.suggestion, 1);
  EXPECT_GT(curve.lr.size(), 50u);
  const auto loss_with = [&](double lr) {
    nn::Sequential fresh = network();
    optim::Adam optimizer(fresh.parameters(), {.lr = lr});
    return fit(fresh, optimizer, cross_entropy, data, {.epochs = 2, .validation = data})
        .epochs[1]
        .validation[0]
        .value;
  };
  EXPECT_LT(loss_with(curve.suggestion), loss_with(curve.suggestion / 100));
  expect_error([&] { find_lr(net, adam, cross_entropy, data, {.from = 1, .to = 0.1}); },
               {"[find_lr]", "from < to"});
}

}  // namespace
}  // namespace lepton
