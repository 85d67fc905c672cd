// Predicts a number from the columns of a CSV file (California's house prices: R2 0.78 on the rows held out).
#include "tabular.hpp"

using namespace lepton;

/// Two hidden layers, of 128 and 64 with relu; one output, in deviations of the target from its mean.
static models::MlpOptions network(const data::TabularPipeline& pipeline) {
  return {.sizes = {std::int64_t(pipeline.feature_names().size()), 128, 64, 1}};
}

static example::Loss loss_of(const example::TabularData&, const example::TabularSettings&) {
  return [](const Tensor& output, const Tensor& target) { return mse_loss(output, target); };
}

static std::vector<Metric> metrics_of(const data::TabularPipeline& pipeline) {
  using metrics::Regression;
  const Regression in_units(pipeline.target_scale());
  return {{"r2", in_units, &Regression::r2},
          {"rmse", in_units, &Regression::rmse},
          {"mae", in_units, &Regression::mae}};
}

/// A curved surface over five of the columns, with noise: no model gets beyond R2 0.96.
static data::Table draw(std::int64_t rows) {
  std::vector<data::Column> columns = example::drawn_columns(rows);
  const auto x = [&](int column, std::int64_t row) {
    return columns[std::size_t(column)].numbers[std::size_t(row)];
  };
  const std::vector<double> noise = randn({rows}).to_vector<double>();
  std::vector<double> heights;
  for (std::int64_t i = 0; i < rows; ++i)
    heights.push_back(1000 + 100 * (x(0, i) * x(1, i) + std::sin(2 * x(2, i)) + x(3, i) - std::abs(x(4, i)) +
                                    0.4 * noise[std::size_t(i)]));
  columns.push_back(data::number_column("height", std::move(heights)));
  return data::Table(std::move(columns), "drawn rows");
}

int main(int argc, char** argv) {
  CLI::App app(
      "Trains a network to predict a number from the columns of a table: tabular_regression --data rows.csv");
  example::TabularSettings s;
  s.epochs = 20;
  example::add_tabular_options(app, s);
  example::add_log_option(app, s.log);
  const example::TabularTrainer trainer{
      "tabular_regression", data::TabularTask::regression, network, loss_of, metrics_of, draw};
  return example::run(app, argc, argv, [&] { return example::train_table(app, s, trainer); });
}
