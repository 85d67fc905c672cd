// How tables must be prepared for a saved model, and what its outputs mean.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lepton/lepton.hpp"

namespace example {

/// Travels in the metadata of model.safetensors, as text.
struct TableFormat {
  std::string task;  ///< name of the trainer: tabular_classification, tabular_regression
  lepton::data::TabularPipeline pipeline;
  lepton::models::MlpOptions network;

  static bool is_in(const lepton::io::Metadata& metadata) { return metadata.contains("pipeline"); }

  lepton::io::Metadata metadata() const {
    return {{"task", task},
            {"pipeline", pipeline.to_json()},
            {"sizes", nlohmann::json(network.sizes).dump()},
            {"dropout", nlohmann::json(network.dropout).dump()}};
  }

  /// Throws, naming `path`, where the metadata is not that of a trainer on tables.
  static TableFormat from(const lepton::io::Metadata& metadata, const std::string& path) {
    if (!is_in(metadata))
      throw lepton::Error(path,
                          "does not say how to prepare tables; was it saved by tabular_classification or "
                          "tabular_regression?");
    auto pipeline = lepton::data::TabularPipeline::from_json(metadata.at("pipeline"), path);
    try {
      return {metadata.at("task"),
              std::move(pipeline),
              {.sizes = nlohmann::json::parse(metadata.at("sizes")),
               .dropout = nlohmann::json::parse(metadata.at("dropout"))}};
    } catch (const std::exception&) {
      throw lepton::Error(path, "says how to prepare tables, but not what network it holds");
    }
  }

  lepton::models::Mlp model() const { return lepton::models::Mlp(network); }
};

}  // namespace example
