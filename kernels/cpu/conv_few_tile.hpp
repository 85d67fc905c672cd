// What the tiles of convolutions with few channels share, whatever their factors are rounded to.
#pragma once

#include <utility>

#include "kernels/cpu/conv_few.hpp"
#include "kernels/cpu/pool_lanes.hpp"
#include "kernels/cpu/unroll.hpp"
#include "kernels/cpu/vec.hpp"
#include "kernels/cpu/vec_partial.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

constexpr int kFewRows = LEPTON_AVX512 ? 12 : 6;  // pixels, or numbers of a window, whose sums are in registers
constexpr int kFewSquares = kFewRows / 4;         // of 2 x 2 pixels
constexpr std::int64_t kFewPanel = 2 * Vec<float>::kLanes;

/// Where the results of a tile go: `tail` outputs of the last vector.
struct FewResult {
  float* y;
  std::int64_t out, tail;
  const float* end;  // of what is fetched before it is written; null: results go around the cache
};

/// Asks for lines of y that come later.
template <int kM, int kN> LEPTON_INLINE void few_fetch(const FewResult& to) {
  constexpr std::int64_t kAhead = 1 << 10;  // floats
  for (int i = 0; i < kM; ++i)
    for (int j = 0; j < kN; ++j) {
      const float* const later = to.y + i * to.out + j * Vec<float>::kLanes + kAhead;
      if (later < to.end) _mm_prefetch(reinterpret_cast<const char*>(later), _MM_HINT_T0);
    }
}

/// The bias, or 0, in sums of kM pixels and kN vectors.
template <int kM, int kN>
LEPTON_INLINE void few_start(const float* bias, std::int64_t tail, Vec<float> (&sum)[kM][kN]) {
  using V = Vec<float>;
  for (int j = 0; j < kN; ++j) {
    const V start = !bias        ? V(0)
                    : j + 1 < kN ? V::load(bias + j * V::kLanes)
                                 : V::load_partial(bias + j * V::kLanes, tail);
    for (int i = 0; i < kM; ++i) sum[i][j] = start;
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

/// The largest of each four rows of sums, squares of 2 x 2 pixels, and where it stands.
template <int kM, int kN>
LEPTON_INLINE void few_pool(const FewPool& to, std::int64_t at, std::int64_t out, std::int64_t tail,
                            const Vec<float> (&sum)[kM][kN]) {
  unrolled<kM / 4>([&](auto q) LEPTON_ALWAYS {
    unrolled<kN>([&](auto j) LEPTON_ALWAYS {
      Best<float> best{sum[4 * q][j], Places<float>(0)};
      unrolled<3>([&](auto p) LEPTON_ALWAYS { best.offer(sum[4 * q + p + 1][j], p + 1); });
      if (to.relu) best.rectify();
      const std::int64_t offset = at + q * out + j * Vec<float>::kLanes;
      const auto store = [&](auto lanes) LEPTON_ALWAYS {
        lanes.store(best.value, to.y + offset);
        lanes.store_places(best.place, to.where + offset);
      };
      if (j + 1 < kN || tail == Vec<float>::kLanes) store(AllChannels<float>());
      else store(FirstChannels<float>{tail});
    });
  });
}

/// Where pixel i of a row of neighbours begins, and pixel i of a row of squares.
struct FewRow {
  std::int64_t pixel_step;
  LEPTON_INLINE std::int64_t operator()(int i) const { return i * pixel_step; }
};
struct FewSquares {
  std::int64_t pixel_step, line_step;
  LEPTON_INLINE std::int64_t operator()(int i) const {
    return i % 4 / 2 * line_step + (i / 4 * 2 + i % 2) * pixel_step;
  }
};

/// visit(first, size) for even parts of `count`, each at most `most`.
template <class Visit> LEPTON_INLINE void for_few_parts(std::int64_t count, std::int64_t most, Visit&& visit) {
  for (std::int64_t i = 0, parts = (count + most - 1) / most; parts > 0; --parts) {
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
constexpr std::make_integer_sequence<int, kFewSquares> kFewPoolTiles{};

}  // namespace lepton::kernels::cpu::LEPTON_ISA
