// Random numbers and dropout, from the Philox stream.
#pragma once

#include <cstdint>

#include "kernels/kernel.hpp"
#include "lepton/core/dtype.hpp"

namespace lepton::kernels {

/// Where in the stream a kernel draws: seed state[0], first counter state[1] + distance. `state` is memory, so
/// that every replay of a captured step draws anew.
struct RandomPlace {
  const std::uint64_t* state;
  std::uint64_t distance;
};

enum class Distribution : std::uint8_t { uniform, normal };

/// y[i] from [a, b) or from N(a, b^2), element i by word i % 4 of counter i / 4. f32 or f64, contiguous.
struct RandomArgs {
  void* y;
  RandomPlace place;
  std::int64_t n;
  double a, b;
  Distribution distribution;
  DType dtype;
};

/// Counters that n elements take: of a random tensor, and of a dropout mask.
constexpr std::uint64_t random_counters(std::int64_t n) { return (std::uint64_t(n) + 3) / 4; }
constexpr std::uint64_t dropout_counters(std::int64_t n) { return (std::uint64_t(n) + 127) / 128 * 16; }
/// Bytes of a dropout mask: one bit an element, in whole blocks of 128.
constexpr std::int64_t dropout_mask_bytes(std::int64_t n) { return (n + 127) / 128 * 16; }

/// mask bit i = 16-bit half i % 8 of counter i / 8 is below keep_below; y[i] = bit ? x[i] * scale : 0.
struct DropoutArgs {
  const void* x;
  void* y;
  std::uint8_t* mask;
  RandomPlace place;
  std::int64_t n;
  double scale;
  std::uint32_t keep_below;       ///< keep probability times 65536
  DType dtype;
};

/// y[i] = mask bit i ? x[i] * scale : 0
struct MaskScaleArgs {
  const void* x;
  const std::uint8_t* mask;
  void* y;
  std::int64_t n;
  double scale;
  DType dtype;
};

namespace cpu {
void random(const RandomArgs&, Stream);
void dropout(const DropoutArgs&, Stream);
void mask_scale(const MaskScaleArgs&, Stream);
}  // namespace cpu

inline constexpr Kernel<RandomArgs> random{"random", cpu::random};
inline constexpr Kernel<DropoutArgs> dropout{"dropout", cpu::dropout};
inline constexpr Kernel<MaskScaleArgs> mask_scale{"mask_scale", cpu::mask_scale};

}  // namespace lepton::kernels
