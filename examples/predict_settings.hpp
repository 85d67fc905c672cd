// What predict was asked for, and where it puts its answers.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace example {

struct PredictSettings {
  std::string model;
  std::vector<std::string> inputs;
  std::int64_t batch_size = 32;
  int threads = 0;
  bool json = false;
};

/// With --json all predictions, an object each.
using Predictions = nlohmann::ordered_json;

}  // namespace example
