// Softmax and cross-entropy. Compiled once for each instruction set.
#include "kernels/cpu/softmax.hpp"

#include "kernels/cpu/shards.hpp"
#include "kernels/cpu/softmax_row.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

/// What the softmax of a row of n takes.
template <class T> LEPTON_INLINE std::int64_t row_picoseconds(std::int64_t n) {
  return 10'000 + n * (sizeof(T) == 4 ? 400 : 8000);
}

template <bool kLog, class T> void softmax_run(const SoftmaxArgs& args) {
  const T* const x = static_cast<const T*>(args.x);
  T* const y = static_cast<T*>(args.y);
  for_ranges(args.rows, row_picoseconds<T>(args.n), [&](std::int64_t begin, std::int64_t end) {
    softmax_rows<kLog>(x, y, begin, end, args.n, [](std::int64_t, RowSum<T>) {});
  });
}

/// Adds up -log p[target] = log(sum) + largest - x[target] of rows, taking logarithms a vector at a time. Not
/// the logarithm of p, which may have become 0.
template <class T> class LossSum {
 public:
  LEPTON_INLINE void add(RowSum<T> row, T hit) {
    total_ += double(row.largest) - double(hit);
    sums_[filled_++] = row.sum;
    if (filled_ == kLanes) flush();
  }
  LEPTON_INLINE double finish() {
    while (filled_ % kLanes != 0) sums_[filled_++] = T(1);
    if (filled_ != 0) flush();
    return total_;
  }

 private:
  static constexpr int kLanes = Vec<T>::kLanes;

  LEPTON_INLINE void flush() {
    total_ += double(reduce_add(log(Vec<T>::load(sums_))));
    filled_ = 0;
  }

  double total_ = 0;
  int filled_ = 0;
  T sums_[kLanes];
};

template <class T>
double cross_entropy_rows(const CrossEntropyArgs& args, std::int64_t begin, std::int64_t end) {
  const T* const x = static_cast<const T*>(args.x);
  const std::int64_t n = args.n;
  const std::int64_t* const target = args.target;
  LossSum<T> loss;
  T* const p = static_cast<T*>(args.p);
  if (x != p) {
    softmax_rows<false>(x, p, begin, end, n,
                        [&](std::int64_t r, RowSum<T> row) { loss.add(row, x[r * n + target[r]]); });
  } else {
    for (std::int64_t r = begin; r < end; ++r) {
      const T hit = x[r * n + target[r]];  // before p stands there
      softmax_rows<false>(x, p, r, r + 1, n, [&](std::int64_t, RowSum<T> row) { loss.add(row, hit); });
    }
  }
  return loss.finish();
}

template <class T> void cross_entropy_run(const CrossEntropyArgs& args) {
  const std::int64_t shards = shard_count(args.rows, row_picoseconds<T>(args.n));
  double partial[kMaxShards];
  parallel_for(shards, [&](std::int64_t i) {
    const Range rows = shard_range(args.rows, shards, i);
    partial[i] = cross_entropy_rows<T>(args, rows.begin, rows.end);
  });
  double loss = 0;
  for (std::int64_t i = 0; i < shards; ++i) loss += partial[i];
  *static_cast<T*>(args.loss) = T(loss / double(args.rows));
}

template <class T> void cross_entropy_grad_run(const CrossEntropyGradArgs& args) {
  const T* const p = static_cast<const T*>(args.p);
  T* const dx = static_cast<T*>(args.dx);
  const T scale = T(double(*static_cast<const T*>(args.g)) / double(args.rows));
  const std::int64_t n = args.n;
  for_ranges(args.rows, 2000 + n * 100, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      const T* const from = p + r * n;
      T* const to = dx + r * n;
      const T hit = from[args.target[r]];  // read first: dx may stand where p does
      over_row<T>(n, T(0), [&](std::int64_t i, std::int64_t lanes, auto&& load) {
        store_lanes(load(from + i) * Vec<T>(scale), to + i, lanes);
      });
      to[args.target[r]] = (hit - T(1)) * scale;
    }
  });
}

}  // namespace

void softmax(const SoftmaxArgs& args) {
  if (args.dtype == DType::f32) args.log ? softmax_run<true, float>(args) : softmax_run<false, float>(args);
  else args.log ? softmax_run<true, double>(args) : softmax_run<false, double>(args);
}

void cross_entropy(const CrossEntropyArgs& args) {
  check_targets(args.target, args.rows, args.n);
  if (args.dtype == DType::f32) cross_entropy_run<float>(args);
  else cross_entropy_run<double>(args);
}

void cross_entropy_grad(const CrossEntropyGradArgs& args) {
  check_targets(args.target, args.rows, args.n);
  if (args.dtype == DType::f32) cross_entropy_grad_run<float>(args);
  else cross_entropy_grad_run<double>(args);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
