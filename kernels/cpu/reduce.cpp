// Sum, mean, largest and smallest along the middle axis of [outer, reduce, inner].
// Compiled once for each instruction set.
#include "kernels/cpu/reduce.hpp"

#include "kernels/cpu/reduce_fold.hpp"
#include "kernels/cpu/reduce_shards.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

constexpr std::int64_t kElementPicoseconds = 100;

template <class T> struct View {
  const T* x;
  std::int64_t outer, reduce, inner;
};

/// The columns of one panel: of x[outer, :, column .. column + width].
struct Panel {
  std::int64_t outer, column, width;
};

template <class T> LEPTON_INLINE Panel panel_at(const View<T>& v, std::int64_t outer, std::int64_t column) {
  return {outer, column, v.inner - column < kPanel ? v.inner - column : kPanel};
}

/// total[j] = fold over the rows [begin, end) of a panel.
template <class F, class T>
LEPTON_INLINE void fold_panel(const View<T>& v, Panel p, Range rows, typename F::Wide* total) {
  const T* x = v.x + (p.outer * v.reduce + rows.begin) * v.inner + p.column;
  if (v.inner == 1) total[0] = fold_row<F>(x, rows.end - rows.begin);
  else fold_columns<F>(x, rows.end - rows.begin, v.inner, p.width, total);
}

/// The same over all rows in parts, which several threads may share; what each finds is combined in order.
template <class F, class T>
void fold_panel_in_parts(const View<T>& v, Panel p, std::int64_t parts, typename F::Wide* total) {
  const std::int64_t grain = v.inner == 1 ? kRowGrain : kColumnGrain;
  typename F::Wide partial[kMaxPartials][kPanel];
  for_parts(parts, v.reduce * p.width * kElementPicoseconds,
            [&](std::int64_t i) { fold_panel<F>(v, p, part_range(v.reduce, grain, parts, i), partial[i]); });
  for (std::int64_t j = 0; j < p.width; ++j) total[j] = partial[0][j];
  for (std::int64_t i = 1; i < parts; ++i)
    for (std::int64_t j = 0; j < p.width; ++j) total[j] = F::combine(total[j], partial[i][j]);
}

/// finish(panel, total) for every panel.
template <class F, class T, class Finish> LEPTON_INLINE void fold_all(const View<T>& v, Finish finish) {
  const std::int64_t chunks = (v.inner + kPanel - 1) / kPanel, panels = v.outer * chunks;
  if (panels == 0) return;
  const std::int64_t parts =
      v.inner == 1 ? row_parts(v.outer, v.reduce) : column_parts(v.outer, v.reduce, v.inner);
  if (parts > 1) {
    typename F::Wide total[kPanel];
    for (std::int64_t k = 0; k < panels; ++k) {
      const Panel p = panel_at(v, k / chunks, k % chunks * kPanel);
      fold_panel_in_parts<F>(v, p, parts, total);
      finish(p, total);
    }
    return;
  }
  for_ranges(panels, v.reduce * v.inner * kElementPicoseconds / chunks,
             [&](std::int64_t begin, std::int64_t end) {
               std::int64_t outer = begin / chunks, column = begin % chunks * kPanel;
               typename F::Wide total[kPanel];
               for (std::int64_t k = begin; k < end; ++k) {
                 const Panel p = panel_at(v, outer, column);
                 fold_panel<F>(v, p, Range{0, v.reduce}, total);
                 finish(p, total);
                 if ((column += kPanel) >= v.inner) column = 0, ++outer;
               }
             });
}

template <class F, class T> void reduce_by(const ReduceArgs& args) {
  const View<T> v{static_cast<const T*>(args.x), args.outer, args.reduce, args.inner};
  T* const y = static_cast<T*>(args.y);
  fold_all<F>(v, [&](Panel p, const typename F::Wide* total) {
    T* const out = y + p.outer * v.inner + p.column;
    if (args.kind == Reduction::mean)
      for (std::int64_t j = 0; j < p.width; ++j) out[j] = T(double(total[j]) / double(v.reduce));
    else
      for (std::int64_t j = 0; j < p.width; ++j) out[j] = T(total[j]);
  });
}

// Integers are added as Added: unsigned, so that an overflow wraps.
template <class T, class Added = T> void reduce_of(const ReduceArgs& args) {
  switch (args.kind) {
    case Reduction::sum:
    case Reduction::mean: return reduce_by<Sum<Added>, Added>(args);
    case Reduction::max: return reduce_by<Max<T>, T>(args);
    case Reduction::min: return reduce_by<Min<T>, T>(args);
  }
}

}  // namespace

void reduce(const ReduceArgs& args) {
  switch (args.dtype) {
    case DType::f32: return reduce_of<float>(args);
    case DType::f64: return reduce_of<double>(args);
    default: return reduce_of<std::int64_t, std::uint64_t>(args);
  }
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
