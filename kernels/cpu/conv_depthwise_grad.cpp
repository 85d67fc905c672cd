// Depthwise convolution, gradient by the weight. Compiled once for each instruction set.
//
// The sums of some pictures lie in the nearest cache. A block of up to 8 by 8 pixels sums its products for some kernel rows (3x3: all) in registers, and is added then: a sum of sums, which
// loses less than adding one by one.
#include "kernels/cpu/conv_depthwise.hpp"
#include "kernels/cpu/conv_depthwise_lanes.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

using V = Vec<float>;

/// Where a block stands. Steps are in floats.
struct Place {
  const float* image;  ///< [in_rows, in_columns, channels]
  const float* g;      ///< the first pixel
  float* sum;
  std::int64_t channels, row, column, in_rows,
      in_columns;  ///< row, column: the first pixel's first tap in the image
  std::int64_t g_row, sum_row, sum_tap, rows;
};

/// Rows of kW pixels, kAdvance input pixels apart, added to the sums of kTapRows x kTaps, kChunk rows of them at a time.
/// With kEdge some of the kernel's columns may be in the padding.
template <int kTapRows, int kTaps, int kAdvance, int kChunk, int kW, bool kEdge>
void block(const Place& place) {
  constexpr int kParts =
      kChunk * kTaps < 7 ? 2 : 1;  // sums an element, so that additions need not wait for each other
  static_assert(kTapRows % kChunk == 0);
  const Place p = place;
  for_vectors(p.channels, [&](std::int64_t c, std::int64_t slot) LEPTON_ALWAYS {
    for (int first = 0; first < kTapRows; first += kChunk) {
      float* const to = p.sum + slot + first * p.sum_row;
      V sum[kParts][kChunk][kTaps];
      for (int r = 0; r < kChunk; ++r)
        for (int t = 0; t < kTaps; ++t) {
          sum[0][r][t] = V(0);
          if (kParts == 2) sum[kParts - 1][r][t] = V(0);
        }
      for (std::int64_t row = 0; row < p.rows; ++row) {
        V g[kW];
        for (int i = 0; i < kW; ++i) g[i] = V::load(p.g + row * p.g_row + i * p.channels + c);
        unrolled<kChunk>([&](auto r) LEPTON_ALWAYS {
          const std::int64_t from = p.row + row * kAdvance + first + r;
          if (from < 0 || from >= p.in_rows) return;
          const float* const x = p.image + (from * p.in_columns + p.column) * p.channels + c;
          unrolled<(kW - 1) * kAdvance + kTaps>([&](auto column) LEPTON_ALWAYS {
            if (kEdge && (p.column + column < 0 || p.column + column >= p.in_columns)) return;
            const V v = in_register(V::load(x + column * p.channels));
            unrolled<kTaps>([&](auto t) LEPTON_ALWAYS {
              constexpr int kAt = column - t, kPixel = kAt / kAdvance;
              if constexpr (kAt >= 0 && kAt % kAdvance == 0 && kPixel < kW) {
                V& total = sum[kPixel % kParts][r][t];
                total = fma(v, g[kPixel], total);
              }
            });
          });
        });
      }
      for (int r = 0; r < kChunk; ++r)
        for (int t = 0; t < kTaps; ++t) {
          const V total = kParts == 2 ? sum[0][r][t] + sum[kParts - 1][r][t] : sum[0][r][t];
          float* const there = to + r * p.sum_row + t * p.sum_tap;
          (V::load(there) + total).store(there);
        }
    }
  });
}

constexpr std::int64_t kHeight = 8, kWidth = 8;  // pixels of a block

/// The kernels for a number of taps: for blocks of kWidth pixels in a row, and for fewer, down to 1.
struct Kernel {
  std::int64_t taps, advance;
  void (*inside)(const Place&);
  void (*edge)(const Place&);
  void (*narrow[4])(const Place&);
};

template <int kTaps, int kAdvance, int kChunk> constexpr Kernel kernel() {
  return {kTaps,
          kAdvance,
          block<kTaps, kTaps, kAdvance, kChunk, kWidth, false>,
          block<kTaps, kTaps, kAdvance, kChunk, kWidth, true>,
          {block<kTaps, kTaps, kAdvance, kChunk, 1, true>, block<kTaps, kTaps, kAdvance, kChunk, 2, true>,
           block<kTaps, kTaps, kAdvance, kChunk, 3, true>, block<kTaps, kTaps, kAdvance, kChunk, 4, true>}};
}

constexpr int kFive = LEPTON_AVX512 ? 5 : 1;  // 25 sums fit 32 registers
constexpr Kernel kKernels[] = {kernel<3, 1, 3>(), kernel<3, 2, 3>(), kernel<5, 1, kFive>(),
                               kernel<5, 2, kFive>(), kernel<7, 1, 1>()};

const Kernel* find_kernel(const DepthwiseWeightGrad& job) {
  const GatherAxis &r = job.rows, &c = job.columns;
  if (job.channels < V::kLanes || r.dilation != 1 || c.dilation != 1) return nullptr;
  for (const Kernel& k : kKernels)
    if (k.taps == r.kernel && k.taps == c.kernel && k.advance == r.stride && k.advance == c.stride) return &k;
  return nullptr;
}

/// One pixel with any taps.
void pixel(const DepthwiseWeightGrad& job, const Taps& rows, const Taps& columns, const float* image,
           const float* g, float* partial) {
  const std::int64_t c = job.channels, padded = depthwise_padded(c);
  for (std::int64_t r = 0; r < rows.count; ++r)
    for (std::int64_t t = 0; t < columns.count; ++t) {
      const std::int64_t from =
          (rows.first + r * rows.step) * job.columns.in + columns.first + t * columns.step;
      const float* const x = image + from * c;
      float* const sum = partial + ((rows.tap + r) * job.columns.kernel + columns.tap + t) * padded;
      if (c < V::kLanes) {
        fma(V::load_partial(x, c), V::load_partial(g, c), V::load_partial(sum, c)).store_partial(sum, c);
        continue;
      }
      for_vectors(c, [&](std::int64_t at, std::int64_t slot) LEPTON_ALWAYS {
        fma(V::load(x + at), V::load(g + at), V::load(sum + slot)).store(sum + slot);
      });
    }
}

/// Adds `rows` output rows of an image, from row `o` on.
void add_rows(const DepthwiseWeightGrad& job, const Kernel* kernel, std::int64_t image, std::int64_t o,
              std::int64_t rows, float* partial) {
  const GatherAxis& columns = job.columns;
  const std::int64_t c = job.channels, padded = depthwise_padded(c);
  const float* const in = job.in + image * job.rows.in * columns.in * c;
  const float* const g = job.g + (image * job.rows.out + o) * columns.out * c;
  if (!kernel) {
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t q = 0; q < columns.out; ++q)
        pixel(job, job.rows.inside(o + r), columns.inside(q), in, g + (r * columns.out + q) * c, partial);
    return;
  }
  for (std::int64_t q = 0; q < columns.out;) {
    const std::int64_t left = columns.out - q, column = q * columns.stride - columns.pad;
    const Place place{in,
                      g + q * c,
                      partial,
                      c,
                      o * job.rows.stride - job.rows.pad,
                      column,
                      job.rows.in,
                      columns.in,
                      columns.out * c,
                      columns.kernel * padded,
                      padded,
                      rows};
    if (left >= kWidth) {
      const bool inside =
          column >= 0 && column + (kWidth - 1) * columns.stride + columns.kernel <= columns.in;
      inside ? kernel->inside(place) : kernel->edge(place);
      q += kWidth;
    } else {
      const std::int64_t count = min64(left, 4);
      kernel->narrow[count - 1](place);
      q += count;
    }
  }
}

/// Where the sums of a channel stand; see for_vectors.
LEPTON_INLINE std::int64_t slot_of(std::int64_t channel, std::int64_t channels) {
  const std::int64_t whole = channels / V::kLanes * V::kLanes;
  return channel < whole || whole == 0 ? channel : whole + channel - (channels - V::kLanes);
}

}  // namespace

void depthwise_weight_add(const DepthwiseWeightGrad& job, float* sums, bool starts) {
  const Kernel* const kernel = find_kernel(job);
  if (starts) __builtin_memset(sums, 0, std::size_t(depthwise_sums(job)) * sizeof(float));
  for (std::int64_t image = 0; image < job.images; ++image)
    for (std::int64_t o = 0; o < job.rows.out; o += kHeight)
      add_rows(job, kernel, image, o, min64(job.rows.out - o, kHeight), sums);
}

void depthwise_weight_finish(const DepthwiseWeightGrad& job, const float* sums, std::int64_t shards, std::int64_t step,
                             float* dw) {
  const std::int64_t taps = job.rows.kernel * job.columns.kernel, padded = depthwise_padded(job.channels);
  for (std::int64_t c = 0; c < job.channels; ++c)
    for (std::int64_t t = 0; t < taps; ++t) {
      const float* const first = sums + t * padded + slot_of(c, job.channels);
      float total = first[0];
      for (std::int64_t shard = 1; shard < shards; ++shard) total += first[shard * step];
      dw[c * taps + t] = total;
    }
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
