// Running sums and products. Compiled once: each element waits for the one before it.
#include "kernels/scan.hpp"

#include <algorithm>
#include <type_traits>

#include "kernels/cpu/shards.hpp"

namespace lepton::kernels::cpu {
namespace {

/// Columns that a shard carries its running values of.
constexpr std::int64_t kColumns = 64;

/// What running values are kept in: wider than f32, and unsigned for integers, which may wrap.
template <class T> struct Running { using type = double; };
template <> struct Running<std::int64_t> { using type = std::uint64_t; };

/// Columns [first, first + width) of one [n, inner] matrix.
template <Scan kKind, class T>
void scan_columns(const ScanArgs& args, const T* x, T* y, std::int64_t first, std::int64_t width) {
  using R = typename Running<T>::type;
  R running[kColumns];
  std::fill_n(running, width, R(kKind == Scan::sum ? 0 : 1));
  for (std::int64_t k = 0; k < args.n; ++k) {
    const std::int64_t at = (args.reverse ? args.n - 1 - k : k) * args.inner + first;
    for (std::int64_t j = 0; j < width; ++j) {
      if constexpr (kKind == Scan::sum) running[j] += R(x[at + j]);
      else running[j] *= R(x[at + j]);
      y[at + j] = T(running[j]);
    }
  }
}

template <Scan kKind, class T> void scan_all(const ScanArgs& args) {
  const std::int64_t panels = (args.inner + kColumns - 1) / kColumns, size = args.n * args.inner;
  const T* const x = static_cast<const T*>(args.x);
  T* const y = static_cast<T*>(args.y);
  for_ranges(args.outer * panels, args.n * std::min(args.inner, kColumns) * 1000,
             [&](std::int64_t begin, std::int64_t end) {
               for (std::int64_t i = begin; i < end; ++i) {
                 const std::int64_t o = i / panels, first = i % panels * kColumns;
                 scan_columns<kKind>(args, x + o * size, y + o * size, first,
                                     std::min(kColumns, args.inner - first));
               }
             });
}

template <class T> void scan_as(const ScanArgs& args) {
  if (args.kind == Scan::sum) scan_all<Scan::sum, T>(args);
  else scan_all<Scan::product, T>(args);
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
