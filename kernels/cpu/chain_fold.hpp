// The reductions at a chain's end, tile by tile, in the order of the kernel `reduce`.
#pragma once

#include "kernels/cpu/chain_program.hpp"
#include "kernels/cpu/reduce_fold.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

/// A row that comes piece by piece: what does not fill a group of vectors waits for more.
template <class T> class StagedFold {
 public:
  LEPTON_INLINE void start() {
    fold_ = {};
    waiting_ = 0;
  }
  LEPTON_INLINE void add(const T* x, std::int64_t n) {
    if (waiting_ > 0) {
      const std::int64_t more = n < kGroup - waiting_ ? n : kGroup - waiting_;
      __builtin_memcpy(stage_ + waiting_, x, std::size_t(more) * sizeof(T));
      waiting_ += more;
      if (waiting_ < kGroup) return;
      fold_.groups(stage_, kGroup);
      x += more;
      n -= more;
    }
    const std::int64_t grouped = fold_.groups(x, n);
    waiting_ = n - grouped;
    __builtin_memcpy(stage_, x + grouped, std::size_t(waiting_) * sizeof(T));
  }
  LEPTON_INLINE double finish() {
    fold_.rest(stage_, waiting_);
    return fold_.across();
  }

 private:
  static constexpr std::int64_t kGroup = RowFold<Sum<T>, T>::kGroup;
  RowFold<Sum<T>, T> fold_;
  std::int64_t waiting_ = 0;
  alignas(64) T stage_[kGroup];
};

/// One reduction on its way through tiles; of its two halves, that of the value's type is used.
struct ChainFold {
  StagedFold<float> floats;
  StagedFold<double> doubles;
};

/// f(fold, T{}) with the half and the type of a reduction's value.
template <class F> LEPTON_INLINE void with_type(const ChainBoundReduction& r, ChainFold& fold, F&& f) {
  if (r.is_double) f(fold.doubles, double());
  else f(fold.floats, float());
}

template <class T>
LEPTON_INLINE const T* row_of(const ChainTile& tile, const ChainBoundReduction& r, std::int64_t row) {
  const ChainPlace& place = tile.place[r.place];
  return reinterpret_cast<const T*>(place.data + row * place.pitch);
}

/// Writes n sums, or means of `count`, to y from element i on.
LEPTON_INLINE void finish_reductions(const ChainBoundReduction& r, std::int64_t i, const double* total,
                                     std::int64_t n, std::int64_t count) {
  const auto write = [&](auto* y) {
    using T = std::remove_reference_t<decltype(*y)>;
    if (r.is_mean)
      for (std::int64_t j = 0; j < n; ++j) y[j] = T(total[j] / double(count));
    else
      for (std::int64_t j = 0; j < n; ++j) y[j] = T(total[j]);
  };
  if (r.is_double) write(static_cast<double*>(r.y) + i);
  else write(static_cast<float*>(r.y) + i);
}
LEPTON_INLINE void finish_reduction(const ChainBoundReduction& r, std::int64_t i, double total,
                                    std::int64_t count) {
  finish_reductions(r, i, &total, 1, count);
}

/// Adds a tile to a sum over everything.
LEPTON_INLINE void fold_all_of(const ChainTile& tile, const ChainBoundReduction& r, ChainFold& fold) {
  with_type(r, fold, [&]<class T>(StagedFold<T>& f, T) {
    for (std::int64_t row = 0; row < tile.rows; ++row) f.add(row_of<T>(tile, r, row), tile.cols);
  });
}

/// Sums over rows on their way: totals in double, and the sum of the rows of a group that is not yet complete.
struct ChainColumns {
  Range rows;     ///< that are summed
  double* total;  ///< of each column of the index space
  void* group;
};

/// group (+)= x, and at the end of the group total += group. Rows come in order, `phase` of eight.
template <class T>
LEPTON_INLINE void fold_row_of_group(const T* x, std::int64_t cols, std::int64_t phase, T* group,
                                     double* total) {
  using V = Vec<T>;
  const auto step = [&](std::int64_t j, auto&& load, auto&& store) {
    const V sum = phase == 0 ? load(x + j) : load(static_cast<const T*>(group + j)) + load(x + j);
    if (phase < kColumnGrain - 1) return store(sum, group + j);
    const Widened<double, T> more(sum);
    for (int k = 0; k < more.kParts; ++k) {
      double* const to = total + j + k * Vec<double>::kLanes;
      (Vec<double>::load(to) + more.part[k]).store(to);
    }
  };
  std::int64_t j = 0;
  for (; j + V::kLanes <= cols; j += V::kLanes)
    step(
        j, [](const T* p) { return V::load(p); }, [](V v, T* p) { v.store(p); });
  if (const std::int64_t rest = cols - j; rest > 0)
    step(
        j, [rest](const T* p) { return V::load_partial(p, rest); },
        [rest](V v, T* p) { v.store_partial(p, rest); });
}

/// Adds a tile to sums over rows.
template <class T>
LEPTON_INLINE void fold_rows_as(const ChainTile& tile, const ChainBoundReduction& r, const ChainColumns& to) {
  const std::int64_t stride = tile.place[r.place].pitch / std::int64_t(sizeof(T));
  const std::int64_t end = tile.row + tile.rows,
                     grouped = to.rows.end - (to.rows.end - to.rows.begin) % kColumnGrain;
  double* const total = to.total + tile.col;
  for (std::int64_t row = tile.row; row < end;) {
    const T* const x = row_of<T>(tile, r, row - tile.row);
    const std::int64_t phase = (row - to.rows.begin) % kColumnGrain;
    const bool whole = phase == 0 && row + kColumnGrain <= end;
    if (row >= grouped) fold_more_rows<Sum<T>>(x, 1, stride, tile.cols, total);
    else if (whole) fold_more_rows<Sum<T>>(x, kColumnGrain, stride, tile.cols, total);
    else fold_row_of_group(x, tile.cols, phase, static_cast<T*>(to.group) + tile.col, total);
    row += whole && row < grouped ? kColumnGrain : 1;
  }
}

LEPTON_INLINE void fold_rows_of(const ChainTile& tile, const ChainBoundReduction& r, const ChainColumns& to) {
  if (r.is_double) fold_rows_as<double>(tile, r, to);
  else fold_rows_as<float>(tile, r, to);
}

/// Adds a tile to the sums over the columns [begin, end) of its rows; done(row, total) where one is complete.
template <class Done>
LEPTON_INLINE void fold_cols_of(const ChainTile& tile, const ChainBoundReduction& r, std::int64_t begin,
                                std::int64_t end, ChainFold& fold, Done&& done) {
  with_type(r, fold, [&]<class T>(StagedFold<T>& f, T) {
    for (std::int64_t row = 0; row < tile.rows; ++row) {
      const T* const x = row_of<T>(tile, r, row);
      if (tile.cols == end - begin) {
        done(tile.row + row, double(fold_row<Sum<T>>(x, tile.cols)));
        continue;
      }
      if (tile.col == begin) f.start();
      f.add(x, tile.cols);
      if (tile.col + tile.cols == end) done(tile.row + row, f.finish());
    }
  });
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
