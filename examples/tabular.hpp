// What the two trainers on tables share: reading or drawing rows, splitting, preparing, the network, the training.
#pragma once

#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common.hpp"
#include "logs.hpp"
#include "table_format.hpp"

namespace example {

struct TabularSettings : Options {
  std::string data, query, target, log;
  std::string balance;  ///< of classes: "loss" or "draws"; empty: they count as they occur
};

inline void add_tabular_options(CLI::App& app, TabularSettings& s) {
  app.add_option(
      "--data", s.data,
      "CSV file, gzipped or not; separator, header, types and missing values are found by themselves, "
      "and 20 % of the rows are held out by the seed. Without it, rows are drawn");
  app.add_option("--query", s.query,
                 "SQL query whose rows are taken, of --data sqlite:FILE or postgresql://...");
  app.add_option("--target", s.target,
                 "Column to predict: its name, or its number from 1; default: the last");
  add_options(app, s);
}

/// A table of 20 columns of numbers and a target, to try a trainer on.
using Draw = lepton::data::Table (*)(std::int64_t rows);
inline constexpr std::int64_t kDrawnRows = 50'000, kDrawnColumns = 20;

/// The 20 columns, of normal distribution, without a target.
inline std::vector<lepton::data::Column> drawn_columns(std::int64_t rows) {
  std::vector<lepton::data::Column> columns;
  for (std::int64_t c = 0; c < kDrawnColumns; ++c)
    columns.push_back(
        lepton::data::number_column("x" + std::to_string(c + 1), lepton::randn({rows}).to_vector<double>()));
  return columns;
}

/// The rows of a file, of a database, or drawn ones.
inline lepton::data::Table read_table(const TabularSettings& s, Draw draw, std::int64_t rows = kDrawnRows) {
  if (!s.query.empty()) {
    if (s.data.empty())
      throw lepton::Error("--query", "is asked of a database: give --data sqlite:FILE or postgresql://...");
    return lepton::data::read_sql(s.data, s.query);
  }
  return s.data.empty() ? draw(rows) : lepton::data::read_csv(s.data);
}

/// Rows to train on and to test with, and how they become tensors.
struct TabularData {
  lepton::data::TabularPipeline pipeline;
  lepton::data::Dataset train, test;
};

/// Holds 20 % out by the seed, of each class its share, and learns the preparation from the others; or takes that
/// of a checkpoint, `saved`.
inline TabularData prepare_table(const lepton::data::Table& table, const TabularSettings& s,
                                 lepton::data::TabularTask task, const TableFormat* saved) {
  using namespace lepton::data;
  TabularOptions options{.target = saved ? saved->pipeline.target() : s.target, .task = task};
  SplitOptions split{.seed = s.seed};
  if (task == TabularTask::classification) {
    const TabularPipeline all(table,
                              options);  // only to know the classes: a rare one may be in one part alone
    options.classes = all.class_names();
    split.labels = all.targets(table).to_vector<std::int64_t>();
  }
  const Parts parts = split_rows(table.rows(), split);
  const Table train = table.take(parts.train), test = table.take(parts.test);
  const TabularPipeline pipeline = saved ? saved->pipeline : TabularPipeline(train, options);
  const auto limited = [&](const Dataset& part) { return s.limit ? sample(part, s.limit, s.seed) : part; };
  return {pipeline, limited(pipeline.dataset(train)), limited(pipeline.dataset(test))};
}

inline std::string source_of(const TabularSettings& s) {
  return s.data.empty() ? "rows drawn by the seed" : s.data;
}

inline void describe(const TabularData& d, const lepton::data::Table& table, const TabularSettings& s) {
  std::cout << "data    " << source_of(s) << "\n        " << d.train.size() << " rows to train on, "
            << d.test.size() << " to test, " << table.width() << " columns -> "
            << d.train.sample_shape().numel() << " features\n        target: " << d.pipeline.target();
  const auto& classes = d.pipeline.class_names();
  constexpr std::size_t kShown = 20;
  for (std::size_t i = 0; i < std::min(classes.size(), kShown); ++i) std::cout << " | " << classes[i];
  if (classes.size() > kShown) std::cout << " | ... " << classes.size() << " classes in all";
  std::cout << '\n';
}

/// A resumed training must predict the same column by the same network.
inline TableFormat resumed_format(const lepton::io::Metadata& metadata, const TabularSettings& s,
                                  const char* trainer) {
  TableFormat format = TableFormat::from(metadata, s.resume);
  if (format.task != trainer)
    throw lepton::Error(s.resume, "was saved by " + format.task + ", not by " + trainer);
  if (!s.target.empty() && s.target != format.pipeline.target())
    throw lepton::Error(s.resume, "was trained to predict \"" + format.pipeline.target() + "\", not \"" +
                                      s.target + "\"; leave --target out");
  return format;
}

/// The batches of a training: the rows shuffled, or where classes are balanced by draws, drawn so that each class comes
/// as often as the others.
inline lepton::data::Loader training_loader(const lepton::data::Dataset& train, const TabularSettings& s,
                                            const lepton::FitOptions& options) {
  using namespace lepton::data;
  LoaderOptions batches{.batch_size = options.batch_size, .seed = options.seed, .workers = options.workers};
  if (s.balance == "draws") {
    const auto labels = train.labels();
    batches.weights = sample_weights(labels, balanced_weights(labels));
  }
  return Loader(train, batches);
}

using Loss = std::function<lepton::Tensor(const lepton::Tensor& output, const lepton::Tensor& target)>;

/// What differs between the trainers.
struct TabularTrainer {
  const char* name;
  lepton::data::TabularTask task;
  lepton::models::MlpOptions (*network)(const lepton::data::TabularPipeline&);
  Loss (*loss)(const TabularData&, const TabularSettings&);
  std::vector<lepton::Metric> (*metrics)(const lepton::data::TabularPipeline&);
  Draw draw;
};

inline int train_table(const CLI::App& app, TabularSettings s, const TabularTrainer& trainer) {
  using namespace lepton;
  std::optional<TableFormat> saved;
  if (!s.resume.empty()) {
    const io::Metadata before = io::load_metadata(s.resume);
    adopt(app, s, before);
    if (const auto balance = before.find("balance"); s.balance.empty() && balance != before.end())
      s.balance = balance->second;
    saved = resumed_format(before, s, trainer.name);
  }
  const Device device = prepare(s);
  const data::Table table = read_table(s, trainer.draw);
  const TabularData d = prepare_table(table, s, trainer.task, saved ? &*saved : nullptr);
  describe(d, table, s);

  manual_seed(s.seed);  // the same weights whether rows were drawn or read
  const TableFormat format{trainer.name, d.pipeline, trainer.network(d.pipeline)};
  models::Mlp model = format.model();
  model.to(device);
  optim::Adam adam(model.parameters(), {.lr = s.lr});
  std::cout << "model\n" << model.describe() << std::flush;

  ConsoleProgress progress(progress_stream());
  FitOptions options = fit_options(app, s, progress);
  options.validation = d.test;
  options.metrics = trainer.metrics(d.pipeline);
  options.metadata.merge(format.metadata());
  if (!s.balance.empty()) options.metadata["balance"] = s.balance;
  const Logs logs(s.log, options);
  interrupt_on_signal();
  const Report report = fit(model, adam, trainer.loss(d, s), training_loader(d.train, s, options), options);

  auto figures = example::figures(s, report, model);
  if (report.epochs.empty() && !report.interrupted)  // the checkpoint had all epochs behind it
    for (const Figure& figure : evaluate(model, d.test, options.metrics))
      figures["test_" + figure.name] = figure.value;
  figures["train_samples"] = d.train.size();
  figures["test_samples"] = d.test.size();
  figures["features"] = d.train.sample_shape().numel();
  for (const Metric& m : options.metrics)
    if (const auto found = figures.find("test_" + m.name()); found != figures.end())
      std::printf("test %s %.4f\n", m.name().c_str(), found->get<double>());
  if (logs.wanted()) {
    HtmlReportOptions about{.title = d.pipeline.target(), .facts = {{"data", source_of(s)}}};
    if (trainer.task == data::TabularTask::classification) {
      about.class_names = d.pipeline.class_names();
      about.mistakes = find_mistakes(model, d.test);
    }
    logs.finish(report, about);
  }
  return finish(s, report, figures);
}

}  // namespace example
