// The products of Winograd's frequencies: a group of tiles, two vectors of channels, all sums in registers.
#pragma once

#include <utility>

#include "kernels/cpu/conv_winograd_layout.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

// A long sum is made of parts of at most so many products: a single one of 256 would double the error.
inline constexpr std::int64_t kLongestSum = 64;

/// sum[i][j] += a's channel * b, over `count` channels of one vector.
template <int kM, int kN>
LEPTON_INLINE void add_products(const float* a, const float* b, std::int64_t count, Lane (&sum)[kM][kN]) {
  for (std::int64_t p = 0; p < count; ++p, b += kN * Lane::kLanes) {
    Lane row[kN];
    for (int j = 0; j < kN; ++j) row[j] = Lane::load(b + j * Lane::kLanes);
    for (int i = 0; i < kM; ++i) {
      const Lane x(a[i * Lane::kLanes + p]);
      for (int j = 0; j < kN; ++j) sum[i][j] = fma(x, row[j], sum[i][j]);
    }
  }
}

/// kM tiles of one frequency times a packed panel of kN vectors; a and c point to that frequency of a group. c is
/// written, or added to where the depth goes `on`.
template <int kM, int kN>
void product_tile(const float* a, const float* b, float* c, std::int64_t depth, bool on) {
  for (std::int64_t first = 0; first < depth; first += kLongestSum) {
    Lane sum[kM][kN];
    for (int i = 0; i < kM; ++i)
      for (int j = 0; j < kN; ++j) sum[i][j] = Lane(0);
    const std::int64_t end = depth - first < kLongestSum ? depth : first + kLongestSum;
    for (std::int64_t p = first; p < end;
         p += Lane::kLanes, a += kVectorStep, b += kN * Lane::kLanes * Lane::kLanes)
      add_products<kM, kN>(a, b, end - p < Lane::kLanes ? end - p : Lane::kLanes, sum);
    for (int i = 0; i < kM; ++i)
      for (int j = 0; j < kN; ++j) {
        float* const to = c + i * Lane::kLanes + j * kVectorStep;
        (first == 0 && !on ? sum[i][j] : sum[i][j] + Lane::load(to)).store(to);
      }
  }
}

using ProductTile = void (*)(const float*, const float*, float*, std::int64_t, bool);

template <int kN, int... kM>
LEPTON_INLINE ProductTile product_of(std::integer_sequence<int, kM...>, std::int64_t tiles) {
  static constexpr ProductTile table[] = {product_tile<kM + 1, kN>...};
  return table[tiles - 1];
}

/// The product for `tiles` <= kGroup tiles and a panel of one or two vectors.
LEPTON_INLINE ProductTile product_of(std::int64_t tiles, bool wide) {
  constexpr std::make_integer_sequence<int, kGroup> rows{};
  return wide ? product_of<2>(rows, tiles) : product_of<1>(rows, tiles);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
