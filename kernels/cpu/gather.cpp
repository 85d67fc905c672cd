// Elements by index. Compiled once: it is bound by memory.
#include "kernels/gather.hpp"

#include <cstring>

#include "kernels/cpu/index_check.hpp"
#include "kernels/cpu/shards.hpp"

namespace lepton::kernels::cpu {
namespace {

std::int64_t index_count(const IndexedShape& s) { return s.outer * s.count * (s.rows ? 1 : s.inner); }

/// visit(from, to): the places of an element on the indexed side and on the other, in elements, for the rows `outer` in
/// [begin, end) and, in each, k in order.
template <class F>
void for_elements(const IndexedShape& s, const std::int64_t* index, std::int64_t begin, std::int64_t end,
                  F&& visit) {
  for (std::int64_t o = begin; o < end; ++o)
    for (std::int64_t k = 0; k < s.count; ++k) {
      const std::int64_t row = o * s.count + k;
      for (std::int64_t i = 0; i < s.inner; ++i)
        visit((o * s.size + index[s.rows ? row : row * s.inner + i]) * s.inner + i, row * s.inner + i);
    }
}

std::int64_t picoseconds(const IndexedShape& s) { return s.count * s.inner * 2000; }

template <class T> void gather_as(const GatherArgs& args) {
  const T* const x = static_cast<const T*>(args.x);
  T* const y = static_cast<T*>(args.y);
  for_ranges(args.shape.outer, picoseconds(args.shape), [&](std::int64_t begin, std::int64_t end) {
    for_elements(args.shape, args.index, begin, end,
                 [&](std::int64_t there, std::int64_t here) { y[here] = x[there]; });
  });
}

template <class T> void scatter_as(const ScatterArgs& args) {
  const T* const x = static_cast<const T*>(args.x);
  T* const y = static_cast<T*>(args.y);
  for_ranges(args.shape.outer, picoseconds(args.shape), [&](std::int64_t begin, std::int64_t end) {
    if (args.add)
      for_elements(args.shape, args.index, begin, end,
                   [&](std::int64_t there, std::int64_t here) { y[there] = T(y[there] + x[here]); });
    else
      for_elements(args.shape, args.index, begin, end,
                   [&](std::int64_t there, std::int64_t here) { y[there] = x[here]; });
  });
}

/// f(value of an unsigned type of that size)
template <class F> void with_size(std::size_t bytes, F&& f) {
  switch (bytes) {
    case 1: return f(std::uint8_t());
    case 2: return f(std::uint16_t());
    case 4: return f(std::uint32_t());
    default: return f(std::uint64_t());
  }
}

}  // namespace

void gather(const GatherArgs& args, Stream) {
  check_indices(args.op, args.index, index_count(args.shape), args.shape.size);
  with_size(args.element_size, [&]<class T>(T) { gather_as<T>(args); });
}

void scatter(const ScatterArgs& args, Stream) {
  check_indices(args.op, args.index, index_count(args.shape), args.shape.size);
  if (args.add && args.dtype == DType::f32) return scatter_as<float>(args);
  if (args.add && args.dtype == DType::f64) return scatter_as<double>(args);
  with_size(size_of(args.dtype), [&]<class T>(T) { scatter_as<T>(args); });  // unsigned sums wrap
}

}  // namespace lepton::kernels::cpu
