// Where a tensor lives.
#pragma once

#include <cstdint>
#include <string>

#include "lepton/core/export.hpp"

namespace lepton {

/// A processor with memory of its own.
struct Device {
  enum class Kind : std::uint8_t { cpu, cuda };
  Kind kind = Kind::cpu;
  std::uint8_t index = 0;

  bool is_cpu() const { return kind == Kind::cpu; }
  bool operator==(const Device&) const = default;
};

inline constexpr Device kCpu{};
inline constexpr Device kCuda{Device::Kind::cuda, 0};

/// "cpu", "cuda:0"
LEPTON_API std::string to_string(Device device);

/// Reads "cpu", "cuda" or "cuda:1"; throws on anything else, and where no such device can be used.
LEPTON_API Device parse_device(const std::string& text);

namespace cuda {
/// Whether the CUDA backend was built, loads, and finds a GPU. Never throws.
LEPTON_API bool available();
/// Why `available()` is false, in words; empty where it is true.
LEPTON_API std::string why_unavailable();
}  // namespace cuda

}  // namespace lepton
