// The products of Winograd's frequencies: a few tiles, two vectors of channels, all sums in registers.
#pragma once

#include <utility>

#include "kernels/cpu/vec.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

inline constexpr int kProductRows = LEPTON_AVX512 ? 12 : 6;
inline constexpr int kPanel = 2 * Vec<float>::kLanes;

// A long sum is made of parts of at most so many products: a single one of 256 would double the error.
inline constexpr std::int64_t kLongestSum = 64;

/// c[i][j] = sum over p < depth of a[i * a_row + p] * b[p * kN vectors + j].
template <int kM, int kN>
void product_tile(const float* a, std::int64_t a_row, const float* b, float* c, std::int64_t c_row, std::int64_t depth) {
  using V = Vec<float>;
  for (std::int64_t parts = (depth + kLongestSum - 1) / kLongestSum, left = depth, part = 0; part < parts; ++part) {
    V sum[kM][kN];
    for (int i = 0; i < kM; ++i)
      for (int j = 0; j < kN; ++j) sum[i][j] = V(0);
    const std::int64_t length = left / (parts - part);
    left -= length;
    for (std::int64_t p = 0; p < length; ++p, ++a, b += kN * V::kLanes) {
      V row[kN];
      for (int j = 0; j < kN; ++j) row[j] = V::load(b + j * V::kLanes);
      for (int i = 0; i < kM; ++i) {
        const V x(a[i * a_row]);
        for (int j = 0; j < kN; ++j) sum[i][j] = fma(x, row[j], sum[i][j]);
      }
    }
    for (int i = 0; i < kM; ++i)
      for (int j = 0; j < kN; ++j) {
        float* const to = c + i * c_row + j * V::kLanes;
        (part == 0 ? sum[i][j] : sum[i][j] + V::load(to)).store(to);
      }
  }
}

using ProductTile = void (*)(const float*, std::int64_t, const float*, float*, std::int64_t, std::int64_t);

template <int kN, int... kM> LEPTON_INLINE ProductTile product_of(std::integer_sequence<int, kM...>, std::int64_t rows) {
  static constexpr ProductTile table[] = {product_tile<kM + 1, kN>...};
  return table[rows - 1];
}

/// [rows, depth] times a packed panel of kN vectors; rows go in even parts that fit into registers.
template <int kN>
LEPTON_INLINE void product_panel(const float* a, std::int64_t a_row, const float* b, float* c, std::int64_t c_row,
                                 std::int64_t rows, std::int64_t depth) {
  for (std::int64_t i = 0, parts = (rows + kProductRows - 1) / kProductRows; parts > 0; --parts) {
    const std::int64_t m = (rows - i + parts - 1) / parts;
    product_of<kN>(std::make_integer_sequence<int, kProductRows>{}, m)(a + i * a_row, a_row, b, c + i * c_row, c_row, depth);
    i += m;
  }
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
