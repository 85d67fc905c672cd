// Searches learning rate, width and dropout of a network on a table, and trains the best again: by grid, at random, or
// by successive halving, over several processes, and from where it was stopped.
#include <spawn.h>
#include <sys/wait.h>

#include <cstdio>

#include "tabular.hpp"

using namespace lepton;

struct SearchSettings : example::TabularSettings {
  std::string method = "halving", search;
  std::int64_t trials = 30;
  int processes = 1;
};

/// Three classes by the distance from the middle in five of the columns.
static data::Table draw(std::int64_t rows) {
  std::vector<data::Column> columns = example::drawn_columns(rows);
  std::vector<std::string> classes;
  for (std::int64_t i = 0; i < rows; ++i) {
    double square = 0;
    for (std::size_t c = 0; c < 5; ++c) square += std::pow(columns[c].numbers[std::size_t(i)], 2);
    classes.push_back(square < 3 ? "near" : square < 6 ? "between" : "far");
  }
  columns.push_back(data::text_column("distance", classes));
  return data::Table(std::move(columns), "drawn rows");
}

/// What `predict` needs to know of a network of this setting.
static example::TableFormat format_of(const data::TabularPipeline& pipeline, const Setting& setting) {
  return {"tabular_classification",
          pipeline,
          {.sizes = {std::int64_t(pipeline.feature_names().size()), setting.whole("width"),
                     std::int64_t(pipeline.class_names().size())},
           .dropout = setting.number("dropout")}};
}

/// Trains with a setting, from where an earlier round of halving has left it.
static Report train(const SearchSettings& s, const data::Dataset& rows, const data::Dataset& validation,
                    const Trial& trial, models::Mlp& model, const io::Metadata& metadata = {}) {
  optim::Adam adam(model.parameters(), {.lr = trial.setting.number("lr")});
  FitOptions options{.epochs = trial.budget,
                     .batch_size = s.batch_size,
                     .validation = validation,
                     .metrics = {{"accuracy", metrics::Accuracy()}},
                     .save = trial.folder,
                     .seed = s.seed,
                     .metadata = metadata};
  if (!trial.folder.empty() && std::filesystem::exists(trial.folder + "/training.safetensors"))
    options.resume = trial.folder;
  return fit(model, adam, cross_entropy, rows, options);
}

static double accuracy_of(models::Mlp& model, const data::Dataset& data) {
  return evaluate(model, data, {{"accuracy", metrics::Accuracy()}})[0].value;
}

/// Further processes of this program, which share the search through its folder. Started before there are threads.
static std::vector<pid_t> start_others(const SearchSettings& s, char** argv) {
  std::vector<pid_t> others;
  setenv("LEPTON_SEARCH_HELPER", "1", 1);
  for (int i = 1; i < s.processes; ++i) {
    pid_t id = 0;
    if (posix_spawn(&id, "/proc/self/exe", nullptr, nullptr, argv, environ) != 0)
      throw Error("hyperparameter_search", "could not start another process");
    others.push_back(id);
  }
  unsetenv("LEPTON_SEARCH_HELPER");
  return others;
}

static int run(const SearchSettings& s, char** argv) {
  if (s.processes > 1 && s.search.empty())
    throw Error("hyperparameter_search",
                "several processes share their trials in a folder: give --search DIR");
  const bool helper = std::getenv("LEPTON_SEARCH_HELPER") != nullptr;
  const std::vector<pid_t> others = helper ? std::vector<pid_t>() : start_others(s, argv);
  prepare(s);
  interrupt_on_signal();
  const data::Table table = example::read_table(s, draw, 3000);
  const example::TabularData d = example::prepare_table(table, s, data::TabularTask::classification, nullptr);
  const auto [validation, rows] = data::split(d.train, 0.25, s.seed);
  if (!helper) example::describe(d, table, s);

  const std::map<std::string, SearchMethod> methods{
      {"grid", SearchMethod::grid}, {"random", SearchMethod::random}, {"halving", SearchMethod::halving}};
  const std::vector<SearchParameter> space = {
      {.name = "lr", .low = 1e-4, .high = 1e-1, .scale = Scale::log, .points = 4},
      choice("width", {16, 64, 256}),
      {.name = "dropout", .low = 0, .high = 0.5, .points = 3}};
  const auto one = [&, &rows = rows, &validation = validation](const Trial& trial) {
    manual_seed(s.seed);
    models::Mlp model = format_of(d.pipeline, trial.setting).model();
    train(s, rows, validation, trial, model);
    return accuracy_of(model, validation);
  };
  const SearchReport found = search(space, one,
                                    {.method = methods.at(s.method),
                                     .trials = s.trials,
                                     .seed = s.seed,
                                     .goal = optim::PlateauMode::max,
                                     .budget = s.epochs,
                                     .folder = s.search});
  for (const pid_t id : others) waitpid(id, nullptr, 0);
  if (helper) return 0;
  for (const TrialResult& r : found.trials)
    std::printf("%3lld  %2lld epochs  accuracy %.4f  %s%s\n", static_cast<long long>(r.trial.number),
                static_cast<long long>(r.trial.budget), r.value, r.trial.setting.describe().c_str(),
                r.error.empty() ? "" : ("  failed: " + r.error).c_str());
  if (found.interrupted) {
    std::printf("stopped; the same command goes on\n");
    return 128 + interrupt_signal();
  }
  if (found.best < 0) throw Error("hyperparameter_search", "every trial failed");

  const TrialResult& best = found.trials[std::size_t(found.best)];
  manual_seed(s.seed);
  const example::TableFormat format = format_of(d.pipeline, best.trial.setting);
  models::Mlp model = format.model();
  const Report report =
      train(s, d.train, {}, {.setting = best.trial.setting, .budget = s.epochs, .folder = s.save}, model,
            format.metadata());
  auto figures = example::figures(s, report, model);
  figures["test_accuracy"] = accuracy_of(model, d.test);
  figures["validation_accuracy"] = best.value;
  figures["trials"] = found.trials.size();
  for (const auto& [name, value] : best.trial.setting.values()) figures["best"][name] = value;
  std::printf("best    %s\ntest accuracy %.4f\n", best.trial.setting.describe().c_str(),
              figures["test_accuracy"].get<double>());
  return example::finish(s, report, figures);
}

int main(int argc, char** argv) {
  CLI::App app(
      "Searches the learning rate, width and dropout of a network that tells the classes of a table");
  SearchSettings s;
  s.epochs = 9;
  example::add_tabular_options(app, s);
  app.add_option("--method", s.method, "grid, random, or halving: of each round the best third go on")
      ->check(CLI::IsMember({"grid", "random", "halving"}))
      ->capture_default_str();
  app.add_option("--trials", s.trials, "Settings to try, but for a grid")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--search", s.search, "Folder of the trials; the same command goes on with what is there");
  app.add_option("--processes", s.processes, "Processes that share the trials")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  return example::run(app, argc, argv, [&] { return run(s, argv); });
}
