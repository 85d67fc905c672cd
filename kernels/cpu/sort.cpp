// The order of the elements of rows: places are sorted by what lies there. Compiled once.
#include "kernels/sort.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

#include "kernels/cpu/shards.hpp"

namespace lepton::kernels::cpu {
namespace {

/// Whether the element at place a comes before that at b. Places decide between equals, so that no two are equal and
/// the order is that of a stable sort, which would need memory.
template <class T, bool kDescending> struct Before {
  const T* x;
  bool operator()(std::int64_t a, std::int64_t b) const {
    const T p = kDescending ? x[b] : x[a], q = kDescending ? x[a] : x[b];
    if (p < q) return true;
    if (q < p) return false;
    const bool p_nan = p != p, q_nan = q != q;
    return p_nan != q_nan ? q_nan : a < b;
  }
};

template <class T, bool kDescending> void sort_rows(const ArgsortArgs& args) {
  const std::int64_t picoseconds = args.n * (std::bit_width(std::uint64_t(args.k)) + 2) * 3000;
  for_ranges(args.rows, picoseconds, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      const Before<T, kDescending> before{static_cast<const T*>(args.x) + r * args.n};
      std::int64_t* const first = args.order + r * args.n;
      std::int64_t* const last = first + args.n;
      std::iota(first, last, std::int64_t(0));
      if (args.k < args.n) std::nth_element(first, first + args.k, last, before);
      std::sort(first, first + args.k, before);
    }
  });
}

template <class T> void argsort_as(const ArgsortArgs& args) {
  if (args.descending) sort_rows<T, true>(args);
  else sort_rows<T, false>(args);
}

}  // namespace

void argsort(const ArgsortArgs& args, Stream) {
  switch (args.dtype) {
    case DType::f32: return argsort_as<float>(args);
    case DType::f64: return argsort_as<double>(args);
    default: return argsort_as<std::int64_t>(args);
  }
}

}  // namespace lepton::kernels::cpu
