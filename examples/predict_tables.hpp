// predict on CSV files, by what tabular_classification or tabular_regression saved.
#pragma once

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "predict_settings.hpp"
#include "table_format.hpp"

namespace example {

/// A file's columns as the model was trained on them. Names such as "column 3" say that the training file had no
/// header; else this one must have the names.
inline lepton::data::Table read_as_trained(const std::string& file,
                                           const lepton::data::TabularPipeline& pipeline) {
  lepton::data::CsvOptions options{.types = pipeline.types()};
  const bool unnamed = std::all_of(options.types.begin(), options.types.end(),
                                   [](const auto& column) { return column.first.starts_with("column "); });
  options.header = unnamed ? lepton::data::Header::absent : lepton::data::Header::present;
  return lepton::data::read_csv(file, options);
}

/// A row's class and how probable it is, from its logits: one of two classes', or one a class.
inline std::pair<std::int64_t, double> best_class(const lepton::Tensor& logits) {
  if (logits.numel() == 1) {
    const double p = lepton::sigmoid(logits).item();
    return p > 0.5 ? std::pair(std::int64_t(1), p) : std::pair(std::int64_t(0), 1 - p);
  }
  const lepton::Tensor probability = lepton::softmax(logits);
  const std::int64_t best = lepton::argmax(probability).to_vector<std::int64_t>()[0];
  return {best, probability[best].item()};
}

/// Says of each row its class and how probable it is, or the number predicted.
inline void predict_tables(const PredictSettings& s, const std::string& path,
                           const lepton::io::Metadata& metadata, Predictions& predictions) {
  using namespace lepton;
  const TableFormat format = TableFormat::from(metadata, path);
  const data::TabularPipeline& pipeline = format.pipeline;
  models::Mlp model = format.model();
  io::load_model(path, model);
  model.eval();
  for (const std::string& file : s.inputs) {
    const data::Table table = read_as_trained(file, pipeline);
    const Tensor outputs = model(pipeline.features(table));
    const bool classes = pipeline.task() == data::TabularTask::classification;
    const Tensor values = classes ? Tensor() : pipeline.to_units(outputs);
    for (std::int64_t row = 0; row < table.rows(); ++row) {
      nlohmann::ordered_json told{{"file", file}, {"row", row + 1}};
      if (classes) {
        const auto [best, p] = best_class(outputs[row]);
        told["class"] = pipeline.class_names()[std::size_t(best)];
        told["probability"] = p;
      } else {
        told[pipeline.target()] = values[row].item();
      }
      if (s.json) predictions.push_back(std::move(told));
      else if (!classes) std::printf("%s:%ld\t%.6g\n", file.c_str(), long(row + 1), values[row].item());
      else
        std::printf("%s:%ld\t%s\t%.4f\n", file.c_str(), long(row + 1),
                    told["class"].get<std::string>().c_str(), told["probability"].get<double>());
    }
  }
}

}  // namespace example
