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

/// Writes the sum, or the mean of `count`, to element i of y.
LEPTON_INLINE void finish_reduction(const ChainBoundReduction& r, std::int64_t i, double total,
                                    std::int64_t count) {
  if (r.is_mean) total = total / double(count);
  if (r.is_double) static_cast<double*>(r.y)[i] = total;
  else static_cast<float*>(r.y)[i] = float(total);
}

/// Adds a tile to a sum over everything.
LEPTON_INLINE void fold_all_of(const ChainTile& tile, const ChainBoundReduction& r, ChainFold& fold) {
  with_type(r, fold, [&]<class T>(StagedFold<T>& f, T) {
    for (std::int64_t row = 0; row < tile.rows; ++row) f.add(row_of<T>(tile, r, row), tile.cols);
  });
}

/// Adds a tile to sums over rows: total[j] is that of column j of the index space.
LEPTON_INLINE void fold_rows_of(const ChainTile& tile, const ChainBoundReduction& r, double* total) {
  const auto add = [&]<class T>(T) {
    fold_more_rows<Sum<T>>(row_of<T>(tile, r, 0), tile.rows,
                           tile.place[r.place].pitch / std::int64_t(sizeof(T)), tile.cols, total + tile.col);
  };
  if (r.is_double) add(double());
  else add(float());
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
