// The gradient of max pooling. Compiled once for each instruction set.
//
// Every element of dx collects from the windows that cover it, in the order of the output: nothing is cleared
// beforehand, and rows of dx can go to different threads.
#include "kernels/cpu/pool.hpp"
#include "kernels/cpu/pool_lanes.hpp"
#include "kernels/cpu/shards.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

/// The windows along one axis that cover a place, as it moves up by one.
struct Cover {
  std::int64_t span, stride, pad, dilation, windows;
  std::int64_t first, end;  // first covering window, and one past the last

  LEPTON_INLINE Cover(std::int64_t kernel, std::int64_t step, std::int64_t padding, std::int64_t apart,
                      std::int64_t count)
      : span((kernel - 1) * apart + 1),
        stride(step),
        pad(padding),
        dilation(apart),
        windows(count),
        first(0),
        end(0) {}

  /// Window w reaches over w * stride - pad and the span - 1 places behind.
  LEPTON_INLINE void move_to(std::int64_t place) {
    while (first < windows && first * stride - pad + span <= place) ++first;
    while (end < windows && end * stride - pad <= place) ++end;
  }
  /// Which of the window's elements a place that it reaches over is, or -1 for one between them.
  LEPTON_INLINE std::int64_t place_in(std::int64_t window, std::int64_t place) const {
    const std::int64_t distance = place + pad - window * stride;
    if (dilation == 1) return distance;
    return distance % dilation == 0 ? distance / dilation : -1;
  }
};

/// to (+)= g where `places` say that the largest stood at `place`, over c channels.
template <bool kFirst, class T>
LEPTON_INLINE void collect(const T* g, const std::uint8_t* places, std::int64_t place, T* to,
                           std::int64_t c) {
  for_channels<T>(c, [&](std::int64_t j, auto lanes) {
    const Vec<T> v = where_place<T>(lanes.load_places(places + j), place, lanes.load(g + j));
    lanes.store(kFirst ? v : lanes.load(to + j) + v, to + j);
  });
}

template <class T> void grad_row(const MaxPoolGradArgs& args, std::int64_t image, std::int64_t row) {
  const PoolShape s = args.shape;
  const T* const g = static_cast<const T*>(args.g) + image * s.oh * s.ow * s.c;
  const std::uint8_t* const where = args.where + image * s.oh * s.ow * s.c;
  T* to = static_cast<T*>(args.dx) + (image * s.ih + row) * s.iw * s.c;
  Cover rows(s.kh, s.stride_h, s.pad_h, s.dilation_h, s.oh);
  Cover columns(s.kw, s.stride_w, s.pad_w, s.dilation_w, s.ow);
  rows.move_to(row);
  for (std::int64_t iw = 0; iw < s.iw; ++iw, to += s.c) {
    columns.move_to(iw);
    bool first = true;
    for (std::int64_t oh = rows.first; oh < rows.end; ++oh)
      for (std::int64_t ow = columns.first; ow < columns.end; ++ow) {
        const std::int64_t at = (oh * s.ow + ow) * s.c, i = rows.place_in(oh, row),
                           j = columns.place_in(ow, iw);
        if (i < 0 || j < 0) continue;
        const std::int64_t place = i * s.kw + j;
        if (first) collect<true>(g + at, where + at, place, to, s.c);
        else collect<false>(g + at, where + at, place, to, s.c);
        first = false;
      }
    if (first) __builtin_memset(to, 0, std::size_t(s.c) * sizeof(T));  // no window covers it
  }
}

template <class T> void grad(const MaxPoolGradArgs& args) {
  const PoolShape& s = args.shape;
  for_ranges(s.n * s.ih, s.iw * s.c * 200, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) grad_row<T>(args, r / s.ih, r % s.ih);
  });
}

/// Two rows of dx from a row of g, whose windows are 2 by 2 side by side.
template <class T>
void grad_row_two_by_two(const MaxPoolGradArgs& args, std::int64_t image, std::int64_t oh) {
  const PoolShape s = args.shape;
  const std::int64_t source = (image * s.oh + oh) * s.ow * s.c, width = s.iw * s.c;
  const T* const g = static_cast<const T*>(args.g) + source;
  const std::uint8_t* const where = args.where + source;
  T* const dx = static_cast<T*>(args.dx) + (image * s.ih + 2 * oh) * width;
  for (std::int64_t ow = 0; ow < s.ow; ++ow)
    for_channels<T>(s.c, [&](std::int64_t j, auto lanes) {
      const Vec<T> v = lanes.load(g + ow * s.c + j);
      const Places<T> places = lanes.load_places(where + ow * s.c + j);
      T* const corner = dx + 2 * ow * s.c + j;
      lanes.store(where_place<T>(places, 0, v), corner);
      lanes.store(where_place<T>(places, 1, v), corner + s.c);
      lanes.store(where_place<T>(places, 2, v), corner + width);
      lanes.store(where_place<T>(places, 3, v), corner + width + s.c);
    });
  // An odd column that no window covers.
  const std::size_t rest = std::size_t(width - 2 * s.ow * s.c) * sizeof(T);
  __builtin_memset(dx + 2 * s.ow * s.c, 0, rest);
  __builtin_memset(dx + width + 2 * s.ow * s.c, 0, rest);
}

template <class T> void grad_two_by_two(const MaxPoolGradArgs& args) {
  const PoolShape& s = args.shape;
  for_ranges(s.n * s.oh, s.ow * s.c * 500, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      grad_row_two_by_two<T>(args, r / s.oh, r % s.oh);
      if (r % s.oh != s.oh - 1) continue;
      const std::int64_t covered = (r / s.oh * s.ih + 2 * s.oh) * s.iw * s.c;  // then odd rows
      const std::int64_t rest = (s.ih - 2 * s.oh) * s.iw * s.c;
      __builtin_memset(static_cast<T*>(args.dx) + covered, 0, std::size_t(rest) * sizeof(T));
    }
  });
}

template <class T> void grad_run(const MaxPoolGradArgs& args) {
  if (is_two_by_two(args.shape) && args.shape.oh > 0 && args.shape.ow > 0) grad_two_by_two<T>(args);
  else grad<T>(args);
}

}  // namespace

void max_pool2d_grad(const MaxPoolGradArgs& args) {
  if (args.shape.dtype == DType::f32) grad_run<float>(args);
  else grad_run<double>(args);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
