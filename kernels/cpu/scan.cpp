// Running sums, products and extremes. Compiled once: each element waits for the one before it.
#include "kernels/scan.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "kernels/cpu/shards.hpp"

namespace lepton::kernels::cpu {
namespace {

/// Columns that a shard carries its running values of.
constexpr std::int64_t kColumns = 64;

/// What running values are kept in: wider than f32, and unsigned for integers, which may wrap.
template <class T> struct Running { using type = double; };
template <> struct Running<std::int64_t> { using type = std::uint64_t; };

/// What is carried along a column: `take(x)` is the running value with x in it.
template <Scan kKind, class R> struct Carry {
  R value = R(kKind == Scan::product ? 1 : 0);
  R take(R x) { return kKind == Scan::sum ? value += x : value *= x; }
};
/// The sum is kept as e^top times what is left, so that nothing overflows.
template <class R> struct Carry<Scan::log_sum, R> {
  double top = -INFINITY, rest = 0;
  double take(double x) {
    if (std::isnan(x) || x == INFINITY) {
      top = x;
      rest = 1;
    } else if (x > top) {
      rest = rest * std::exp(top - x) + 1;
      top = x;
    } else if (top > -INFINITY && top < INFINITY) {
      rest += std::exp(x - top);
    }
    return top + std::log(rest);
  }
};

/// Columns [first, first + width) of one [n, inner] matrix.
template <Scan kKind, class T>
void scan_columns(const ScanArgs& args, const T* x, T* y, std::int64_t first, std::int64_t width) {
  using R = typename Running<T>::type;
  Carry<kKind, R> running[kColumns];
  for (std::int64_t k = 0; k < args.n; ++k) {
    const std::int64_t at = (args.reverse ? args.n - 1 - k : k) * args.inner + first;
    for (std::int64_t j = 0; j < width; ++j) y[at + j] = T(running[j].take(R(x[at + j])));
  }
}

/// The same for the places of extremes. A NaN beats everything, and equal elements and other NaNs take the
/// place over.
template <Scan kKind, class T>
void place_columns(const ScanArgs& args, const T* x, std::int64_t* y, std::int64_t first,
                   std::int64_t width) {
  std::int64_t place[kColumns] = {};
  for (std::int64_t k = 0; k < args.n; ++k)
    for (std::int64_t j = 0; j < width; ++j) {
      const T best = x[place[j] * args.inner + first + j], here = x[k * args.inner + first + j];
      const bool beats = kKind == Scan::max_place ? here >= best : here <= best;
      if (here != here || (best == best && beats)) place[j] = k;
      y[k * args.inner + first + j] = place[j];
    }
}

template <Scan kKind, class T> void scan_all(const ScanArgs& args) {
  constexpr bool kPlaces = kKind == Scan::max_place || kKind == Scan::min_place;
  using Y = std::conditional_t<kPlaces, std::int64_t, T>;
  const std::int64_t panels = (args.inner + kColumns - 1) / kColumns, size = args.n * args.inner;
  const T* const x = static_cast<const T*>(args.x);
  Y* const y = static_cast<Y*>(args.y);
  for_ranges(args.outer * panels, args.n * std::min(args.inner, kColumns) * 1000,
             [&](std::int64_t begin, std::int64_t end) {
               for (std::int64_t i = begin; i < end; ++i) {
                 const std::int64_t o = i / panels, first = i % panels * kColumns;
                 const std::int64_t width = std::min(kColumns, args.inner - first);
                 if constexpr (kPlaces) place_columns<kKind>(args, x + o * size, y + o * size, first, width);
                 else scan_columns<kKind>(args, x + o * size, y + o * size, first, width);
               }
             });
}

template <class T> void scan_as(const ScanArgs& args) {
  switch (args.kind) {
    case Scan::sum: return scan_all<Scan::sum, T>(args);
    case Scan::product: return scan_all<Scan::product, T>(args);
    case Scan::max_place: return scan_all<Scan::max_place, T>(args);
    case Scan::min_place: return scan_all<Scan::min_place, T>(args);
    case Scan::log_sum:
      if constexpr (std::is_floating_point_v<T>) scan_all<Scan::log_sum, T>(args);
  }
}

}  // namespace

void scan(const ScanArgs& args, Stream) {
  switch (args.dtype) {
    case DType::f32: return scan_as<float>(args);
    case DType::f64: return scan_as<double>(args);
    default: return scan_as<std::int64_t>(args);
  }
}

}  // namespace lepton::kernels::cpu
