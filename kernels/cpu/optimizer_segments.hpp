// Walking over the segments of a kernel over many parameters, and the factor of their gradients.
#pragma once

#include "kernels/cpu/rows.hpp"
#include "kernels/cpu/vec.hpp"
#include "kernels/optimizer.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

/// Elements from the first parameter's start to the last one's end.
template <class Segment> LEPTON_INLINE std::int64_t extent(const Segment* segment, std::int64_t count) {
  return count == 0 ? 0 : segment[count - 1].begin + segment[count - 1].n;
}

/// body(segment, first, count) for what lies in [begin, end) of the imagined array.
template <class Segment, class F>
LEPTON_INLINE void for_segments(const Segment* segment, std::int64_t count, std::int64_t begin,
                                std::int64_t end, F&& body) {
  std::int64_t low = 0, high = count;  // the segment that `begin` falls into, or the gap behind it
  while (high - low > 1) {
    const std::int64_t middle = (low + high) / 2;
    (segment[middle].begin <= begin ? low : high) = middle;
  }
  for (; low < count && segment[low].begin < end; ++low) {
    const Segment& s = segment[low];
    const std::int64_t from = max64(begin, s.begin), to = min64(end, s.begin + s.n);
    if (from < to) body(s, from - s.begin, to - from);
  }
}

/// What a gradient is multiplied with before it is used.
LEPTON_INLINE double gradient_factor(const double* norm, double max_norm, const float* scale) {
  double factor = 1;
  if (norm && max_norm > 0) {
    const double share = max_norm / (*norm + 1e-6);  // as in PyTorch
    if (!(share > 1)) factor = share;
  }
  if (scale) factor /= double(*scale);
  return factor;
}

LEPTON_INLINE bool is_finite(double x) { return x - x == 0; }

/// g * factor, rounded before it is used further: the bits must be those of a gradient scaled in memory.
template <class T> LEPTON_INLINE Vec<T> scaled(Vec<T> g, T factor) {
  Vec<T> y = g * Vec<T>(factor);
#if LEPTON_AVX512
  asm("" : "+v"(y.v));
#else
  asm("" : "+x"(y.v));
#endif
  return y;
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
