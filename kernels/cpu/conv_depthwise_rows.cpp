// Depthwise convolution, forward and gradient by the input: blocks of output pixels, vectors over channels. Compiled
// once for each instruction set.
//
// A block is 8 pixels wide and up to 8 rows high. A row's sums stay in registers over all taps; a vector of channels
// goes through all rows of the block, so that it comes from the second cache 1.6 times, not 9; the block's channels
// follow one another, so that memory is read as it lies. Each pixel's sum runs over the kernel's rows and columns in the
// same order wherever it stands, so no cut of the work changes its bits.
#include "kernels/cpu/conv_depthwise.hpp"
#include "kernels/cpu/conv_depthwise_lanes.hpp"
#include "kernels/cpu/finish.hpp"
#include "kernels/cpu/shards.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

using V = Vec<float>;

/// Where a block stands. Steps and offsets are in floats.
struct Place {
  const float* image;   ///< [in_rows, in_columns, channels]
  const float* weight;  ///< of the first tap
  const float* bias;
  float* out;  ///< the first pixel
  std::int64_t channels, row, column, in_rows,
      in_columns;  ///< row, column: the first pixel's first tap in the image
  std::int64_t weight_row, weight_tap, out_row, out_pixel;
  std::int64_t rows, columns;  ///< pixels of the block that are there
  const Finish* finish;        ///< by channels alone; null where there is none
};

/// The sums of rows of kW pixels, kAdvance input pixels apart, over a kernel of kTapRows x kTaps. With kEdge some of the
/// kernel's columns may be in the padding, and some of the pixels not there.
template <int kTapRows, int kTaps, int kAdvance, int kW, bool kEdge> void block(const Place& place) {
  constexpr bool kWeightsStay = LEPTON_AVX512 && kTapRows * kTaps <= 9;
  const Place p = place;
  for_vectors(p.channels, [&](std::int64_t c, std::int64_t) LEPTON_ALWAYS {
    const auto tap = [&](int r, int t) LEPTON_ALWAYS {
      return V::load(p.weight + c + r * p.weight_row + t * p.weight_tap);
    };
    const V start = p.bias ? V::load(p.bias + c) : V(0);
    V weight[kTapRows][kTaps];
    if (kWeightsStay)
      for (int r = 0; r < kTapRows; ++r)
        for (int t = 0; t < kTaps; ++t) weight[r][t] = in_register(tap(r, t));
    for (std::int64_t row = 0; row < p.rows; ++row) {
      V sum[kW][1];
      for (int i = 0; i < kW; ++i) sum[i][0] = start;
      unrolled<kTapRows>([&](auto r) LEPTON_ALWAYS {
        const std::int64_t from = p.row + row * kAdvance + r;
        if (from < 0 || from >= p.in_rows) return;
        const float* const x = p.image + (from * p.in_columns + p.column) * p.channels + c;
        if (!kWeightsStay)
          for (int t = 0; t < kTaps; ++t) weight[r][t] = tap(r, t);
        unrolled<(kW - 1) * kAdvance + kTaps>([&](auto column) LEPTON_ALWAYS {
          if (kEdge && (p.column + column < 0 || p.column + column >= p.in_columns)) return;
          const V v = in_register(V::load(x + column * p.channels));
          unrolled<kTaps>([&](auto t) LEPTON_ALWAYS {
            constexpr int kAt = column - t, kPixel = kAt / kAdvance;
            if constexpr (kAt >= 0 && kAt % kAdvance == 0 && kPixel < kW)
              sum[kPixel][0] = fma(v, weight[r][t], sum[kPixel][0]);
          });
        });
      });
      if (p.finish) finish_sums(p.finish->from(0, c), sum, V::kLanes);
      float* const out = p.out + row * p.out_row + c;
      for (int i = 0; i < kW; ++i)
        if (!kEdge || i < p.columns) sum[i][0].store(out + i * p.out_pixel);
    }
  });
}

constexpr std::int64_t kWidth = 8, kNarrow = 4;  // pixels of a block in a row

/// Rows of a block. With several classes of pixels all channels of a block's input are read again for each class, so it
/// should fit the first cache.
LEPTON_INLINE std::int64_t block_height(const DepthwiseGather& job) {
  return job.rows.period() * job.columns.period() > 1 ? 2 : 8;
}

/// The kernels for a number of taps: `narrow` does half the width.
struct Kernel {
  std::int64_t tap_rows, taps, advance;
  void (*inside)(const Place&);
  void (*edge)(const Place&);
  void (*narrow)(const Place&);
};

template <int kTapRows, int kTaps, int kAdvance> constexpr Kernel kernel() {
  return {kTapRows,
          kTaps,
          kAdvance,
          block<kTapRows, kTaps, kAdvance, kWidth, false>,
          block<kTapRows, kTaps, kAdvance, kWidth, true>,
          block<kTapRows, kTaps, kAdvance, kNarrow, true>};
}

// Kernels of 3, 5 and 7 with strides of 1 and 2, and what their input gradients have in an output pixel of each class.
constexpr Kernel kKernels[] = {kernel<3, 3, 1>(), kernel<3, 3, 2>(), kernel<1, 1, 1>(), kernel<1, 2, 1>(),
                               kernel<2, 1, 1>(), kernel<2, 2, 1>(), kernel<2, 3, 1>(), kernel<3, 2, 1>(),
                               kernel<5, 5, 1>(), kernel<5, 5, 2>(), kernel<7, 7, 1>()};

/// The kernel for a class of pixels, or null where there is none.
const Kernel* find_kernel(const DepthwiseGather& job, const Taps& rows, const Taps& columns) {
  if (job.channels < V::kLanes || rows.step != 1 || columns.step != 1) return nullptr;
  if (job.rows.advance() != job.columns.advance()) return nullptr;
  for (const Kernel& k : kKernels)
    if (k.tap_rows == rows.count && k.taps == columns.count && k.advance == job.rows.advance()) return &k;
  return nullptr;
}

/// One pixel with any taps.
void pixel(const DepthwiseGather& job, const Taps& rows, const Taps& columns, const float* image,
           float* out) {
  const std::int64_t c = job.channels;
  const auto vector = [&](std::int64_t at, auto load, auto store) LEPTON_ALWAYS {
    V sum[1][1] = {{job.bias ? load(job.bias + at) : V(0)}};
    for (std::int64_t r = 0; r < rows.count; ++r)
      for (std::int64_t t = 0; t < columns.count; ++t) {
        const std::int64_t from =
            (rows.first + r * rows.step) * job.columns.in + columns.first + t * columns.step;
        const std::int64_t tap =
            (rows.tap + r * rows.tap_step) * job.columns.kernel + columns.tap + t * columns.tap_step;
        sum[0][0] = fma(load(image + from * c + at), load(job.weight + tap * c + at), sum[0][0]);
      }
    if (job.finish) finish_sums(job.finish->from(0, at), sum, min64(c, V::kLanes));
    store(out + at, sum[0][0]);
  };
  if (c < V::kLanes)
    return vector(
        0, [&](const float* p) LEPTON_ALWAYS { return V::load_partial(p, c); },
        [&](float* p, V v) LEPTON_ALWAYS { v.store_partial(p, c); });
  for_vectors(c, [&](std::int64_t at, std::int64_t) LEPTON_ALWAYS {
    vector(
        at, [](const float* p) LEPTON_ALWAYS { return V::load(p); },
        [](float* p, V v) LEPTON_ALWAYS { v.store(p); });
  });
}

/// What is the same for all pixels of a class: those whose places in the output are `period` apart.
struct Class {
  std::int64_t row, column;  ///< the first
  Taps rows, columns;
  const Kernel* kernel;
};

Class class_of(const DepthwiseGather& job, std::int64_t k) {
  const std::int64_t row = k / job.columns.period(), column = k % job.columns.period();
  const Taps rows = job.rows.all(row), columns = job.columns.all(column);
  return {row, column, rows, columns, find_kernel(job, rows, columns)};
}

/// A block of the pixels of a class, from its pixel (i, j) on.
void run_block(const DepthwiseGather& job, const Class& k, std::int64_t image, std::int64_t i,
               std::int64_t j) {
  const GatherAxis &r = job.rows, &q = job.columns;
  const std::int64_t c = job.channels, row = k.row + i * r.period(), column = k.column + j * q.period();
  if (row >= r.out || column >= q.out) return;
  const std::int64_t rows = min64((r.out - 1 - row) / r.period() + 1, block_height(job));
  const std::int64_t columns = min64((q.out - 1 - column) / q.period() + 1, kWidth);
  const float* const in = job.in + image * r.in * q.in * c;
  float* const out = job.out + ((image * r.out + row) * q.out + column) * c;
  if (!k.kernel) {
    for (std::int64_t a = 0; a < rows; ++a)
      for (std::int64_t b = 0; b < columns; ++b)
        pixel(job, r.inside(row + a * r.period()), q.inside(column + b * q.period()), in,
              out + (a * r.period() * q.out + b * q.period()) * c);
    return;
  }
  const Place place{in,
                    job.weight + (k.rows.tap * q.kernel + k.columns.tap) * c,
                    job.bias,
                    out,
                    c,
                    k.rows.first + i * r.advance(),
                    k.columns.first + j * q.advance(),
                    r.in,
                    q.in,
                    k.rows.tap_step * q.kernel * c,
                    k.columns.tap_step * c,
                    r.period() * q.out * c,
                    q.period() * c,
                    rows,
                    columns,
                    job.finish};
  const bool inside = columns == kWidth && place.column >= 0 &&
                      place.column + (kWidth - 1) * q.advance() + k.columns.count <= q.in;
  if (columns <= kNarrow) k.kernel->narrow(place);
  else inside ? k.kernel->inside(place) : k.kernel->edge(place);
}

constexpr std::int64_t kClasses = 4;  // that are worked out beforehand: strides of 2

/// Bands [begin, end) of all images: block_height rows of each class.
void run_bands(const DepthwiseGather& job, const Epilogue& done, std::int64_t begin, std::int64_t end) {
  const std::int64_t count = job.rows.period() * job.columns.period(), rows = block_height(job);
  const std::int64_t height = rows * job.rows.period();
  const std::int64_t bands = (job.rows.out + height - 1) / height;
  Class classes[kClasses];
  for (std::int64_t k = 0; k < count && count <= kClasses; ++k) classes[k] = class_of(job, k);
  for (std::int64_t b = begin; b < end; ++b) {
    const std::int64_t image = b / bands, first = b % bands * height,
                       last = min64(first + height, job.rows.out);
    for (std::int64_t j = 0; j * job.columns.period() < job.columns.out; j += kWidth)
      for (std::int64_t k = 0; k < count; ++k)
        run_block(job, count <= kClasses ? classes[k] : class_of(job, k), image, b % bands * rows, j);
    const std::int64_t at = image * job.rows.out;
    if (done && !job.finish)
      done((at + first) * job.columns.out, (at + last) * job.columns.out, 0, job.channels);
  }
}

}  // namespace

void depthwise_gather(const DepthwiseGather& whole, const Epilogue& done) {
  DepthwiseGather job = whole;
  if (done.finish && !done.finish->addend) job.finish = done.finish;
  const std::int64_t period = job.rows.period(), height = block_height(job) * period;
  const std::int64_t taps = ((job.rows.kernel + period - 1) / period) *
                            ((job.columns.kernel + job.columns.period() - 1) / job.columns.period());
  for_ranges(job.images * ((job.rows.out + height - 1) / height),
             height * job.columns.out * job.channels * (20 + 5 * taps),
             [&](std::int64_t begin, std::int64_t end) { run_bands(job, done, begin, end); });
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
