// The one exception type of the library.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "lepton/core/export.hpp"

namespace lepton {

/// Thrown for every failure. The text reads `[where] what is wrong; what to do`, where `where` is the
/// operation, layer or file that refused, and shapes are printed as `[32, 784]`.
class LEPTON_API Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message) : std::runtime_error(message) {}
  Error(std::string_view where, std::string_view what)
      : std::runtime_error("[" + std::string(where) + "] " + std::string(what)) {}
  ~Error() override;
};

}  // namespace lepton
