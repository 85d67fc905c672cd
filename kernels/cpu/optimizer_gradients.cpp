// The norm of all gradients, and scaling or clamping them. Compiled once for each instruction set.
#include "kernels/cpu/optimizer.hpp"
#include "kernels/cpu/optimizer_segments.hpp"
#include "kernels/cpu/reduce_wide.hpp"
#include "kernels/cpu/shards.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

/// What an element of a sum of squares takes a core.
constexpr std::int64_t kSquarePicoseconds = 60;

template <class T> LEPTON_INLINE double sum_of_squares(const T* x, std::int64_t n) {
  using V = Vec<T>;
  using W = Widened<double, T>;
  constexpr int kChains = 4;  // additions under way at the same time
  Vec<double> total[kChains][W::kParts] = {};
  const auto take = [&total](int chain, V v) {
    const W wide(v);
    for (int k = 0; k < W::kParts; ++k) total[chain][k] = fma(wide.part[k], wide.part[k], total[chain][k]);
  };
  std::int64_t i = 0;
  for (; i + kChains * V::kLanes <= n; i += kChains * V::kLanes)
    for (int chain = 0; chain < kChains; ++chain) take(chain, V::load(x + i + chain * V::kLanes));
  for (; i + V::kLanes <= n; i += V::kLanes) take(0, V::load(x + i));
  if (i < n) take(1, V::load_partial(x + i, n - i));
  for (int chain = 1; chain < kChains; ++chain)
    for (int k = 0; k < W::kParts; ++k) total[0][k] += total[chain][k];
  for (int k = 1; k < W::kParts; ++k) total[0][0] += total[0][k];
  return reduce_add(total[0][0]);
}

double squares_between(const GradientNormArgs& args, std::int64_t begin, std::int64_t end) {
  double total = 0;
  for_segments(segments_of(args), args.count, begin, end,
               [&total](const GradientSegment& s, std::int64_t first, std::int64_t count) {
                 if (s.dtype == DType::f32)
                   total += sum_of_squares(static_cast<const float*>(s.g) + first, count);
                 else total += sum_of_squares(static_cast<const double*>(s.g) + first, count);
               });
  return total;
}

template <class T, class F> LEPTON_INLINE void rewrite(T* g, std::int64_t n, F f) {
  using V = Vec<T>;
  std::int64_t i = 0;
  for (; i + V::kLanes <= n; i += V::kLanes) f(V::load(g + i)).store(g + i);
  if (i < n) f(V::load_partial(g + i, n - i)).store_partial(g + i, n - i);
}

template <class T> void rewrite(T* g, std::int64_t n, double factor, double limit) {
  using V = Vec<T>;
  if (limit > 0)
    rewrite(g, n, [high = V(limit), low = V(-limit)](V x) { return minimum(maximum(x, low), high); });
  else rewrite(g, n, [by = V(factor)](V x) { return x * by; });
}

}  // namespace

void gradient_norm(const GradientNormArgs& args) {
  const std::int64_t total = extent(segments_of(args), args.count);
  const std::int64_t blocks = (total + kSegmentAlignment - 1) / kSegmentAlignment;
  const std::int64_t shards = shard_count(blocks, kSegmentAlignment * kSquarePicoseconds, kMaxPartials);
  double partial[kMaxPartials];
  parallel_for(shards, [&](std::int64_t i) {
    const Range mine = shard_range(blocks, shards, i);
    partial[i] = squares_between(args, mine.begin * kSegmentAlignment, mine.end * kSegmentAlignment);
  });
  double squares = 0;
  for (std::int64_t i = 0; i < shards; ++i) squares += partial[i];
  const double norm = op::sqrt(squares) / (args.scale ? double(*args.scale) : 1.0);
  if (args.found && !is_finite(norm)) *args.found = 1;
  *args.norm = norm;
}

void gradient_scale(const GradientScaleArgs& args) {
  const double factor = gradient_factor(args.norm, args.max_norm, args.scale);
  if (args.limit == 0 && factor == 1) return;
  const GradientSegment* const segments = segments_of(args);
  const std::int64_t total = extent(segments, args.count);
  for_pieces(total, [&](std::int64_t begin, std::int64_t size) {
    for_segments(segments, args.count, begin, begin + size,
                 [&](const GradientSegment& s, std::int64_t first, std::int64_t count) {
                   if (s.dtype == DType::f32)
                     rewrite(static_cast<float*>(s.g) + first, count, factor, args.limit);
                   else rewrite(static_cast<double*>(s.g) + first, count, factor, args.limit);
                 });
  });
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
