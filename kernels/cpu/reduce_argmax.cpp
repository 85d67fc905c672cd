// The place of the largest element along an axis. Compiled once for each instruction set.
#include "kernels/cpu/reduce.hpp"
#include "kernels/cpu/reduce_fold.hpp"
#include "kernels/cpu/shards.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

constexpr std::int64_t kElementPicoseconds = 200;

/// The first i where is(x[i]); there is one. `is` takes a vector or an element.
template <class T, class Is> LEPTON_INLINE std::int64_t first_place(const T* x, std::int64_t n, Is is) {
  std::int64_t i = 0;
  while (i + Vec<T>::kLanes <= n && !any(is(Vec<T>::load(x + i)))) i += Vec<T>::kLanes;
  while (!is(x[i])) ++i;
  return i;
}

/// Finds the largest value of a row, then its place: twice through a row that is in cache.
template <class T> LEPTON_INLINE std::int64_t argmax_of_row(const T* x, std::int64_t n) {
  const T largest = fold_row<Max<T>>(x, n);
  if (largest != largest) return first_place(x, n, [](auto v) { return v != v; });
  return first_place(x, n, [largest](auto v) { return v == decltype(v)(largest); });
}

/// y[j] = the place of the largest element of column j, for columns `stride` apart in a row; width <= kPanel.
template <class T>
LEPTON_INLINE void argmax_of_columns(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width,
                                     std::int64_t* y) {
  T best[kPanel];
  for (std::int64_t j = 0; j < width; ++j) {
    best[j] = x[j];
    y[j] = 0;
  }
  for (std::int64_t r = 1; r < rows; ++r)
    for (std::int64_t j = 0; j < width; ++j) {
      const T v = x[r * stride + j], b = best[j];
      const bool better = !(v <= b) && b == b;  // the first NaN is better than any number, and stays
      best[j] = better ? v : b;
      y[j] = better ? r : y[j];
    }
}

template <class T> void argmax_run(const ArgmaxArgs& args) {
  const T* const x = static_cast<const T*>(args.x);
  const std::int64_t size = args.reduce * args.inner;
  if (size == 0) return;
  if (args.inner == 1) {
    for_ranges(args.outer, size * kElementPicoseconds, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t o = begin; o < end; ++o) args.y[o] = argmax_of_row(x + o * size, size);
    });
    return;
  }
  const std::int64_t chunks = (args.inner + kPanel - 1) / kPanel;
  const std::int64_t width = args.inner < kPanel ? args.inner : kPanel;
  for_ranges(args.outer * chunks, args.reduce * width * kElementPicoseconds,
             [&](std::int64_t begin, std::int64_t end) {
               for (std::int64_t k = begin; k < end; ++k) {
                 const std::int64_t o = k / chunks, column = k % chunks * kPanel;
                 const std::int64_t columns = args.inner - column < kPanel ? args.inner - column : kPanel;
                 argmax_of_columns(x + o * size + column, args.reduce, args.inner, columns,
                                   args.y + o * args.inner + column);
               }
             });
}

}  // namespace

void argmax(const ArgmaxArgs& args) {
  switch (args.dtype) {
    case DType::f32: return argmax_run<float>(args);
    case DType::f64: return argmax_run<double>(args);
    default: return argmax_run<std::int64_t>(args);
  }
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
