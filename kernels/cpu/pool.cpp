// Max pooling in channels-last layout, and picking elements at its places: vectors of channels, a window at a
// time. Compiled once for each instruction set.
#include "kernels/cpu/pool.hpp"

#include "kernels/cpu/pool_lanes.hpp"
#include "kernels/cpu/shards.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

/// The part of a window that lies inside the image: rows and columns of the window, and where its corner
/// would be, in elements from the start of x.
struct Window {
  std::int64_t row, row_end, column, column_end;
  std::int64_t corner;
};

LEPTON_INLINE std::int64_t lesser(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

/// f(window, offset of the output pixel in elements) for the output rows [begin, end) of all images.
template <bool kTwoByTwo, class F>
LEPTON_INLINE void for_windows(const PoolShape& s, std::int64_t begin, std::int64_t end, F&& f) {
  for (std::int64_t r = begin; r < end; ++r) {
    const std::int64_t image = r / s.oh, top = r % s.oh * s.stride_h - s.pad_h;
    Window w{0, 2, 0, 2, 0};
    if (!kTwoByTwo) {
      w.row = steps_to(-top, s.dilation_h);
      w.row_end = lesser(steps_to(s.ih - top, s.dilation_h), s.kh);
    }
    for (std::int64_t ow = 0; ow < s.ow; ++ow) {
      const std::int64_t left = ow * s.stride_w - s.pad_w;
      if (!kTwoByTwo) {
        w.column = steps_to(-left, s.dilation_w);
        w.column_end = lesser(steps_to(s.iw - left, s.dilation_w), s.kw);
      }
      w.corner = ((image * s.ih + top) * s.iw + left) * s.c;
      f(w, (r * s.ow + ow) * s.c);
    }
  }
}

/// Where an element of a window stands, in elements from the start of x, for channel 0.
LEPTON_INLINE std::int64_t place_of(const PoolShape& s, const Window& w, std::int64_t row,
                                    std::int64_t column) {
  return w.corner + (row * s.dilation_h * s.iw + column * s.dilation_w) * s.c;
}

/// f(place in the window, offset in elements) over the elements of a window, for channel 0.
template <bool kTwoByTwo, class F> LEPTON_INLINE void for_places(const PoolShape& s, const Window& w, F&& f) {
  if constexpr (kTwoByTwo) {
    for (std::int64_t place = 0; place < 4; ++place)
      f(place, w.corner + (place / 2 * s.iw + place % 2) * s.c);
  } else {
    for (std::int64_t i = w.row; i < w.row_end; ++i)
      for (std::int64_t j = w.column; j < w.column_end; ++j) f(i * s.kw + j, place_of(s, w, i, j));
  }
}

/// Of the output rows [begin, end) of all images.
template <class T, bool kTwoByTwo, bool kRelu>
void max_pool(const MaxPoolArgs& args, std::int64_t begin, std::int64_t end) {
  const PoolShape s = args.shape;
  const T* const x = static_cast<const T*>(args.x);
  T* const y = static_cast<T*>(args.y);
  std::uint8_t* const where = args.where;
  for_windows<kTwoByTwo>(s, begin, end, [&](const Window& w, std::int64_t at) {
    // The first element inside: it wins over padding whatever it is.
    const std::int64_t first = w.row * s.kw + w.column, offset = place_of(s, w, w.row, w.column);
    for_channels<T>(s.c, [&](std::int64_t j, auto lanes) {
      Best<T> best{lanes.load(x + offset + j), Places<T>(first)};
      for_places<kTwoByTwo>(s, w, [&](std::int64_t place, std::int64_t from) {
        if (place != first) best.offer(lanes.load(x + from + j), place);
      });
      if constexpr (kRelu) best.rectify();
      lanes.store(best.value, y + at + j);
      lanes.store_places(best.place, where + at + j);
    });
  });
}

template <class T, bool kTwoByTwo>
void pick(const MaxPoolPickArgs& args, std::int64_t begin, std::int64_t end) {
  const PoolShape s = args.shape;
  const T* const x = static_cast<const T*>(args.x);
  const std::uint8_t* const where = args.where;
  T* const y = static_cast<T*>(args.y);
  for_windows<kTwoByTwo>(s, begin, end, [&](const Window& w, std::int64_t at) {
    for_channels<T>(s.c, [&](std::int64_t j, auto lanes) {
      const Places<T> places = lanes.load_places(where + at + j);
      Vec<T> picked(0);
      for_places<kTwoByTwo>(s, w, [&](std::int64_t place, std::int64_t from) {
        picked = select(Mask<T>{(places == Places<T>(place)).m}, lanes.load(x + from + j), picked);
      });
      lanes.store(picked, y + at + j);
    });
  });
}

/// The one of two functions for these windows, over all output rows.
template <class Args> using Rows = void (*)(const Args&, std::int64_t begin, std::int64_t end);
template <class Args> void over_rows(const Args& args, Rows<Args> two_by_two, Rows<Args> any) {
  const PoolShape& s = args.shape;
  const Rows<Args> rows = is_two_by_two(s) ? two_by_two : any;
  for_ranges(s.n * s.oh, s.ow * s.c * pool_picoseconds(s),
             [&](std::int64_t begin, std::int64_t end) { rows(args, begin, end); });
}

template <bool kRelu> void max_pool_run(const MaxPoolArgs& args) {
  if (args.shape.dtype == DType::f32)
    over_rows(args, max_pool<float, true, kRelu>, max_pool<float, false, kRelu>);
  else over_rows(args, max_pool<double, true, kRelu>, max_pool<double, false, kRelu>);
}

}  // namespace

void max_pool2d(const MaxPoolArgs& args) {
  args.shape.relu ? max_pool_run<true>(args) : max_pool_run<false>(args);
}

void max_pool2d_pick(const MaxPoolPickArgs& args) {
  if (args.shape.dtype == DType::f32) over_rows(args, pick<float, true>, pick<float, false>);
  else over_rows(args, pick<double, true>, pick<double, false>);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
