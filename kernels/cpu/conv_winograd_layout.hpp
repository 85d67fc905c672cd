// Where a block's transformed pictures lie, and which tiles of which picture they are.
//
// Tiles go in groups of as many as a product has rows. A group is [vector of channels][frequency][tile][lane], so that
// every step in a transform and in a product's inner loop is a constant.
#pragma once

#include "kernels/cpu/conv_winograd.hpp"
#include "kernels/cpu/vec.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

using Lane = Vec<float>;

inline constexpr int kGroup = winograd_group(kBytes);  // tiles
inline constexpr int kPanel = 2 * Lane::kLanes;        // channels of a packed panel of weights
inline constexpr std::int64_t kFrequencyStep = kGroup * Lane::kLanes;  // floats from one to the next
inline constexpr std::int64_t kVectorStep = kFrequencies * kFrequencyStep;

/// Floats from one group to the next, with so many padded channels.
LEPTON_INLINE std::int64_t group_step(std::int64_t channels) { return channels / Lane::kLanes * kVectorStep; }

/// The tiles of a block in groups of nearly the same size.
struct Groups {
  std::int64_t tiles, count;

  explicit LEPTON_INLINE Groups(const WinogradBlock& b)
      : tiles((b.row1 - b.row0) * (b.column1 - b.column0)), count((tiles + kGroup - 1) / kGroup) {}
  LEPTON_INLINE std::int64_t first(std::int64_t group) const { return tiles * group / count; }
  LEPTON_INLINE std::int64_t size(std::int64_t group) const { return first(group + 1) - first(group); }
};

/// visit(where the tile's first frequency is, picture, row and column of the tile) for a block of padded `channels`.
template <class Visit>
LEPTON_INLINE void for_tiles(const WinogradSizes& s, const WinogradBlock& b, std::int64_t channels,
                             Visit&& visit) {
  const Groups groups(b);
  std::int64_t row = b.row0, column = b.column0;
  for (std::int64_t g = 0; g < groups.count; ++g)
    for (std::int64_t i = 0; i < groups.size(g); ++i) {
      visit(g * group_step(channels) + i * Lane::kLanes, row / s.rows, row % s.rows, column);
      if (++column == b.column1) column = b.column0, ++row;
    }
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
