// Winograd's weight gradient: a block of tiles to frequencies, products summed over its tiles, sums to weights.
#include "kernels/cpu/conv_winograd_fetch.hpp"
#include "kernels/cpu/conv_winograd_tiles.hpp"
#include "kernels/cpu/transpose.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

constexpr int kLanes = Lane::kLanes, kSumRows = kLanes / 2;  // channels of x whose sums are in registers
constexpr std::int64_t kSumStep = kLanes * kLanes;           // floats of one frequency of a pair of vectors
constexpr std::int64_t kPairStep = kFrequencies * kSumStep;

/// sums[i][j] (+)= over the tiles of a block x[tile][i] * g[tile][j], for kSumRows channels and kN vectors.
template <int kN>
LEPTON_INLINE void sum_tile(const Groups& groups, const float* x, std::int64_t x_group, const float* g,
                            std::int64_t g_group, float* sums, bool first) {
  Lane sum[kSumRows][kN];
  for (int i = 0; i < kSumRows; ++i)
    for (int j = 0; j < kN; ++j) sum[i][j] = Lane(0);
  for (std::int64_t group = 0; group < groups.count; ++group, x += x_group, g += g_group)
    for (std::int64_t t = 0, size = groups.size(group); t < size; ++t) {
      Lane row[kN];
      for (int j = 0; j < kN; ++j) row[j] = Lane::load(g + j * kVectorStep + t * kLanes);
      for (int i = 0; i < kSumRows; ++i) {
        const Lane factor(x[t * kLanes + i]);
        for (int j = 0; j < kN; ++j) sum[i][j] = fma(factor, row[j], sum[i][j]);
      }
    }
  for (int i = 0; i < kSumRows; ++i)
    for (int j = 0; j < kN; ++j) {
      float* const to = sums + j * kPairStep + i * kLanes;
      (first ? sum[i][j] : sum[i][j] + Lane::load(to)).store(to);
    }
}

/// Fetches one vector of a frequency of all tiles.
LEPTON_INLINE void fetch_vector(const Groups& groups, const float* from, std::int64_t group_step) {
  for (std::int64_t group = 0; group < groups.count; ++group, from += group_step)
    for (std::int64_t t = 0, size = groups.size(group); t < size; ++t)
      _mm_prefetch(reinterpret_cast<const char*>(from + t * kLanes), _MM_HINT_T0);
}

/// [tap][out] of one input channel to dw[out][in][tap], for `count` outputs.
LEPTON_INLINE void scatter_taps(const float* taps, std::int64_t count, float* dw, std::int64_t out_step) {
  std::int64_t o = 0;
  for (; o + 8 <= count; o += 8) {
    transpose_8x8(taps + o, kLanes, dw + o * out_step, out_step);
    for (int k = 0; k < 8; ++k) dw[(o + k) * out_step + 8] = taps[8 * kLanes + o + k];
  }
  for (; o < count; ++o)
    for (int tap = 0; tap < 9; ++tap) dw[o * out_step + tap] = taps[tap * kLanes + o];
}

}  // namespace

void winograd_gradient(const WinogradSizes& s, const WinogradBlock& b, const WinogradRange& outs,
                       const float* g, float* d) {
  const std::int64_t channel = outs.begin * kLanes,
                     end = outs.end * kLanes < s.out ? outs.end * kLanes : s.out;
  for_tiles(
      s, b, (outs.end - outs.begin) * kLanes,
      [&](std::int64_t place, std::int64_t n, std::int64_t row, std::int64_t column) {
        const Square square =
            square_at<4>(g + channel, n, s.oh, s.ow, s.out, row * kWinogradTile, column * kWinogradTile);
        for_channels<4>(
            square,
            end - channel, [&](const Pixels& pixels, std::int64_t vector) __attribute__((always_inline)) {
              float* const to = d + place + vector * kVectorStep;
              gradient_transform(
                  pixels, [&](int i, int j, Lane value) __attribute__((always_inline)) {
                    value.store(to + (i * 6 + j) * kFrequencyStep);
                  });
            });
      });
}

void winograd_weight_sum(const WinogradSizes& s, const WinogradBlock& b, const WinogradBlock& next,
                         const float* x, const float* g, const WinogradPanels& p, const float* v,
                         const float* d, float* sums, bool first) {
  const Groups groups(b);
  const std::int64_t x_group = group_step(s.in_padded), outs = p.out1 - p.out0, g_group = outs * kVectorStep;
  Fetch fetch_x(s, next, x, s.ih, s.iw, s.in, 2, s.pad_h, s.pad_w),
      fetch_g(s, next, g, s.oh, s.ow, s.out, 0, 0, 0);
  const std::int64_t steps = kFrequencies * (p.in1 - p.in0);
  const std::int64_t lines_x = fetch_x.lines() / steps + 1, lines_g = fetch_g.lines() / steps + 1;
  for (std::int64_t f = 0; f < kFrequencies; ++f)
    for (std::int64_t in = p.in0; in < p.in1; ++in) {
      const float* const from = v + in * kVectorStep + f * kFrequencyStep;
      fetch_x(lines_x);
      fetch_g(lines_g);
      fetch_vector(groups, from + kFrequencyStep, x_group);
      for (std::int64_t out = p.out0; out < p.out1; out += 2) {
        const float* const gradient = d + (out - p.out0) * kVectorStep + f * kFrequencyStep;
        if (in == p.in0)
          for (int j = 0; j < 2; ++j)
            fetch_vector(groups, gradient + j * kVectorStep + kFrequencyStep, g_group);
        for (int half = 0; half < kLanes; half += kSumRows) {
          float* const to =
              sums + ((in - p.in0) * outs + out - p.out0) * kPairStep + f * kSumStep + half * kLanes;
          if (out + 1 < p.out1) sum_tile<2>(groups, from + half, x_group, gradient, g_group, to, first);
          else sum_tile<1>(groups, from + half, x_group, gradient, g_group, to, first);
        }
      }
    }
}

void winograd_weight_finish(const WinogradSizes& s, const WinogradPanels& p, const float* sums,
                            std::int64_t parts, std::int64_t part_step, float* dw) {
  alignas(64) float taps[9 * kLanes];
  for (std::int64_t in = p.in0; in < p.in1; ++in)
    for (std::int64_t out = p.out0; out < p.out1; ++out, sums += kPairStep)
      for (std::int64_t i = 0; i < kLanes && in * kLanes + i < s.in; ++i) {
        Lane w[3][3];
        sum_transform(
            [&](int row, int column) __attribute__((always_inline)) {
              const float* const from = sums + (row * 6 + column) * kSumStep + i * kLanes;
              Lane total = Lane::load(from);
              for (std::int64_t part = 1; part < parts; ++part) total += Lane::load(from + part * part_step);
              return total;
            },
            w);
        for (int tap = 0; tap < 9; ++tap) w[tap / 3][tap % 3].store(taps + tap * kLanes);
        const std::int64_t left = s.out - out * kLanes;
        scatter_taps(taps, left < kLanes ? left : kLanes, dw + (out * kLanes * s.in + in * kLanes + i) * 9,
                     s.in * 9);
      }
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
