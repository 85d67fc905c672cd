// Binary cross-entropy of logits. Compiled once for each instruction set.
#include "kernels/cpu/shards.hpp"
#include "kernels/cpu/softmax.hpp"
#include "kernels/cpu/softmax_row.hpp"
#include "lepton/ops/formula/unary.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

template <class T> constexpr std::int64_t kElementPicoseconds = sizeof(T) == 4 ? 1500 : 20'000;

/// The sum over n elements: in T over a few dozen a lane, then in double.
template <class T> LEPTON_INLINE double bce_sum(const T* x, const T* target, std::int64_t n) {
  using V = Vec<T>;
  constexpr std::int64_t kBlock = 64 * V::kLanes;
  double total = 0;
  for (std::int64_t first = 0; first < n; first += kBlock) {
    V sum(0);
    over_row<T>(n - first < kBlock ? n - first : kBlock, T(0),
                [&](std::int64_t i, std::int64_t lanes, auto&& load) {
                  const V a = load(x + first + i), t = load(target + first + i);
                  const V loss = maximum(a, V(0)) - a * t + log1p(exp(-abs(a)));
                  if (lanes == V::kLanes) sum += loss;
                  else
                    for (std::int64_t k = 0; k < lanes; ++k) total += double(loss[int(k)]);
                });
    total += double(reduce_add(sum));
  }
  return total;
}

template <class T> void bce_run(const BceArgs& args) {
  const T* const x = static_cast<const T*>(args.x);
  const T* const target = static_cast<const T*>(args.target);
  const std::int64_t shards = shard_count(args.n, kElementPicoseconds<T>);
  double partial[kMaxShards];
  parallel_for(shards, [&](std::int64_t i) {
    const Range part = shard_range(args.n, shards, i);
    partial[i] = bce_sum(x + part.begin, target + part.begin, part.end - part.begin);
  });
  double loss = 0;
  for (std::int64_t i = 0; i < shards; ++i) loss += partial[i];
  *static_cast<T*>(args.loss) = T(loss / double(args.n));
}

template <class T> void bce_grad_run(const BceGradArgs& args) {
  const T* const x = static_cast<const T*>(args.x);
  const T* const target = static_cast<const T*>(args.target);
  T* const dx = static_cast<T*>(args.dx);
  const T scale = T(double(*static_cast<const T*>(args.g)) / double(args.n));
  for_ranges(args.n, kElementPicoseconds<T>, [&](std::int64_t begin, std::int64_t end) {
    over_row<T>(end - begin, T(0), [&](std::int64_t i, std::int64_t lanes, auto&& load) {
      const Vec<T> a = load(x + begin + i), t = load(target + begin + i);
      store_lanes((op::Sigmoid{}.value(a) - t) * Vec<T>(scale), dx + begin + i, lanes);
    });
  });
}

}  // namespace

void bce(const BceArgs& args) {
  if (args.dtype == DType::f32) bce_run<float>(args);
  else bce_run<double>(args);
}

void bce_grad(const BceGradArgs& args) {
  if (args.dtype == DType::f32) bce_grad_run<float>(args);
  else bce_grad_run<double>(args);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
