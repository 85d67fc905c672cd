// What the tiles of convolutions with few channels share, whatever their factors are rounded to.
#pragma once

#include <utility>

#include "kernels/cpu/vec.hpp"
#include "kernels/cpu/vec_partial.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

constexpr int kFewRows = LEPTON_AVX512 ? 12 : 6;  // pixels, or numbers of a window, whose sums are in registers
constexpr std::int64_t kFewPanel = 2 * Vec<float>::kLanes;

/// Where the results of a tile go: `tail` outputs of the last vector.
struct FewResult {
  float* y;
  std::int64_t out, tail;
  const float* end;  // of what is fetched before it is written; null: results go around the cache
};

/// The bias, or 0, in sums of kM pixels and kN vectors; lines of y that come later are fetched.
template <int kM, int kN>
LEPTON_INLINE void few_start(const float* bias, const FewResult& to, Vec<float> (&sum)[kM][kN]) {
  using V = Vec<float>;
  constexpr std::int64_t kAhead = 1 << 10;  // floats of y that are fetched before they are written
  for (int j = 0; j < kN; ++j) {
    const V start = !bias        ? V(0)
                    : j + 1 < kN ? V::load(bias + j * V::kLanes)
                                 : V::load_partial(bias + j * V::kLanes, to.tail);
    for (int i = 0; i < kM; ++i) {
      sum[i][j] = start;
      const float* const later = to.y + i * to.out + j * V::kLanes + kAhead;
      if (later < to.end) _mm_prefetch(reinterpret_cast<const char*>(later), _MM_HINT_T0);
    }
  }
}

template <int kM, int kN> LEPTON_INLINE void few_store(const FewResult& to, const Vec<float> (&sum)[kM][kN]) {
  using V = Vec<float>;
  for (int i = 0; i < kM; ++i)
    for (int j = 0; j < kN; ++j) {
      float* const y = to.y + i * to.out + j * V::kLanes;
      if (!to.end) LEPTON_MM(stream_ps)(y, sum[i][j].v);
      else if (j + 1 < kN || to.tail == V::kLanes) sum[i][j].store(y);
      else sum[i][j].store_partial(y, to.tail);
    }
}

/// visit(first, size) for even parts of `count`, each at most kFewRows.
template <class Visit> LEPTON_INLINE void for_few_parts(std::int64_t count, Visit&& visit) {
  for (std::int64_t i = 0, parts = (count + kFewRows - 1) / kFewRows; parts > 0; --parts) {
    const std::int64_t size = (count - i + parts - 1) / parts;
    visit(i, size);
    i += size;
  }
}

/// visit(first output, whether there are two vectors of them, outputs in the last) for every panel.
template <class Visit> LEPTON_INLINE void for_few_panels(std::int64_t out, Visit&& visit) {
  for (std::int64_t o = 0; o < out; o += kFewPanel) {
    const std::int64_t left = out - o < kFewPanel ? out - o : kFewPanel;
    const bool two = left > Vec<float>::kLanes;
    visit(o, two, two ? left - Vec<float>::kLanes : left);
  }
}

/// The tile of Tiles for so many rows, of one vector or two.
template <class Tiles, int... kM>
LEPTON_INLINE auto few_tile_of(std::integer_sequence<int, kM...>, std::int64_t rows, bool two) {
  static constexpr typename Tiles::Tile one_vector[] = {Tiles::template run<kM + 1, 1>...};
  static constexpr typename Tiles::Tile two_vectors[] = {Tiles::template run<kM + 1, 2>...};
  return (two ? two_vectors : one_vector)[rows - 1];
}
constexpr std::make_integer_sequence<int, kFewRows> kFewTiles{};

}  // namespace lepton::kernels::cpu::LEPTON_ISA
