// How pictures must be prepared for a saved model, and what its outputs mean.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lepton/lepton.hpp"

namespace example {

/// Travels in the metadata of model.safetensors, as text.
struct PictureFormat {
  std::int64_t channels = 3, height = 64, width = 64;
  std::vector<std::string> classes;

  lepton::io::Metadata metadata() const {
    return {{"task", "image_classification"},           {"channels", std::to_string(channels)},
            {"height", std::to_string(height)},         {"width", std::to_string(width)},
            {"resize", "bilinear, antialiased"},        {"range", "[0, 1]"},
            {"classes", nlohmann::json(classes).dump()}};
  }

  /// Throws, naming `path`, where the metadata is not that of an image classifier.
  static PictureFormat from(const lepton::io::Metadata& metadata, const std::string& path) {
    try {
      return {std::stoll(metadata.at("channels")), std::stoll(metadata.at("height")),
              std::stoll(metadata.at("width")), nlohmann::json::parse(metadata.at("classes"))};
    } catch (const std::exception&) {
      throw lepton::Error(
          path,
          "does not say how to prepare pictures or tables; was it saved by image_classification, "
          "tabular_classification or tabular_regression?");
    }
  }

  lepton::models::Cnn model() const {
    return lepton::models::Cnn(
        {.channels = channels, .height = height, .width = width, .classes = std::int64_t(classes.size())});
  }
};

}  // namespace example
