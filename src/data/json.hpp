// JSON as the fitted things of this folder are kept in.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "lepton/core/error.hpp"

namespace lepton::data {

using Json = nlohmann::ordered_json;

/// The object in `text`, handed to `read`. Throws, naming `where`, for text that is no JSON, and where `read`
/// does not find what it looks for.
template <class Read> auto from_json_text(const std::string& text, const std::string& where, Read&& read) {
  try {
    return read(Json::parse(text));
  } catch (const nlohmann::json::exception& error) {
    throw Error(where, std::string("is no preparation of data that lepton has saved: ") + error.what());
  }
}

}  // namespace lepton::data
