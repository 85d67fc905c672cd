// Copies between element types and layouts, and fills.
#include <algorithm>
#include <cstring>

#include "kernels/cpu/dispatch.hpp"
#include "kernels/cpu/transpose_rows.hpp"
#include "kernels/pointwise.hpp"
#include "lepton/core/half.hpp"
#include "lepton/core/parallel.hpp"

namespace lepton::kernels::cpu {
namespace {

constexpr std::int64_t kParallelFrom = 1 << 16, kShard = 1 << 15;
constexpr std::int64_t kFewestTurned = 4;  // along either side of a matrix that is turned round
constexpr std::int64_t kFewMatrices = 16;

template <class To, class From> To convert(From x) {
  if constexpr (std::is_same_v<To, From>) return x;
  else if constexpr (std::is_same_v<From, F16> || std::is_same_v<From, Bf16>) return convert<To>(float(x));
  else if constexpr (std::is_same_v<To, F16> || std::is_same_v<To, Bf16>) return To(float(x));
  else if constexpr (std::is_same_v<To, bool>) return x != From(0);
  else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To> && sizeof(To) < 8)
    return To(static_cast<std::int64_t>(x));  // out of range wraps instead of being undefined
  else return static_cast<To>(x);
}

template <class From, class To>
void copy_row(const void* x, std::int64_t sx, void* y, std::int64_t sy, std::int64_t n) {
  const From* const from = static_cast<const From*>(x);
  To* const to = static_cast<To*>(y);
  if (std::is_same_v<From, To> && sx == 1 && sy == 1) std::memcpy(y, x, std::size_t(n) * sizeof(To));
  else if (sx == 1 && sy == 1) for (std::int64_t i = 0; i < n; ++i) to[i] = convert<To>(from[i]);
  else for (std::int64_t i = 0; i < n; ++i) to[i * sy] = convert<To>(from[i * sx]);
}

using Row = void (*)(const void*, std::int64_t, void*, std::int64_t, std::int64_t);

template <class From> Row row_from(DType to) {
  switch (to) {
    case DType::f32: return copy_row<From, float>;
    case DType::f64: return copy_row<From, double>;
    case DType::f16: return copy_row<From, F16>;
    case DType::bf16: return copy_row<From, Bf16>;
    case DType::i8: return copy_row<From, std::int8_t>;
    case DType::u8: return copy_row<From, std::uint8_t>;
    case DType::i32: return copy_row<From, std::int32_t>;
    case DType::i64: return copy_row<From, std::int64_t>;
    default: return copy_row<From, bool>;
  }
}

Row row_of(DType from, DType to) {
  switch (from) {
    case DType::f32: return row_from<float>(to);
    case DType::f64: return row_from<double>(to);
    case DType::f16: return row_from<F16>(to);
    case DType::bf16: return row_from<Bf16>(to);
    case DType::i8: return row_from<std::int8_t>(to);
    case DType::u8: return row_from<std::uint8_t>(to);
    case DType::i32: return row_from<std::int32_t>(to);
    case DType::i64: return row_from<std::int64_t>(to);
    default: return row_from<bool>(to);
  }
}

/// Rows [begin, end) of the walk, one call a row.
void copy_rows(const CopyArgs& args, Row row, std::int64_t begin, std::int64_t end) {
  const Walk& w = args.walk;
  const int last = w.rank - 1;
  const auto in = std::int64_t(size_of(args.from)), out = std::int64_t(size_of(args.to));
  for (std::int64_t r = begin; r < end; ++r) {
    std::int64_t x = 0, y = 0, rest = r;
    for (int d = last - 1; d >= 0; --d) {
      const std::int64_t i = rest % w.size[d];
      rest /= w.size[d];
      x += i * w.stride[0][d];
      y += i * w.stride[1][d];
    }
    row(static_cast<const char*>(args.x) + x * in, w.stride[0][last], static_cast<char*>(args.y) + y * out,
        w.stride[1][last], w.size[last]);
  }
}

/// The axis along which x is contiguous, where y is along the last: there matrices are turned round. -1: none is, or it
/// is too short, or elements change.
int turned_axis(const CopyArgs& args) {
  const Walk& w = args.walk;
  const int last = w.rank - 1;
  if (args.from != args.to || size_of(args.from) != 4 || w.stride[1][last] != 1 || w.size[last] < kFewestTurned) return -1;
  for (int d = 0; d < last; ++d)
    if (w.stride[0][d] == 1) return w.size[d] >= kFewestTurned ? d : -1;
  return -1;
}

/// Matrices of axis `turned` and the last one, at all places of the other axes.
void copy_turned(const CopyArgs& args, int turned) {
  const Walk& w = args.walk;
  const int last = w.rank - 1;
  const std::int64_t columns = w.size[turned], rows = w.size[last], matrices = w.n / (rows * columns);
  // Few matrices are cut along their columns.
  const std::int64_t step = matrices >= kFewMatrices ? columns : std::max<std::int64_t>(8, kShard / rows / 8 * 8);
  const std::int64_t parts = (columns + step - 1) / step;
  const auto part = [&](std::int64_t i) {
    std::int64_t x = 0, y = 0, rest = i / parts;
    for (int d = last - 1; d >= 0; --d) {
      if (d == turned) continue;
      x += rest % w.size[d] * w.stride[0][d], y += rest % w.size[d] * w.stride[1][d];
      rest /= w.size[d];
    }
    const std::int64_t first = i % parts * step;
    x += first, y += first * w.stride[1][turned];
    LEPTON_FOR_ISA(transpose_rows)
    ({static_cast<const float*>(args.x) + x, static_cast<float*>(args.y) + y, rows, std::min(step, columns - first),
      w.stride[0][last], w.stride[1][turned]});
  };
  if (w.n < kParallelFrom)
    for (std::int64_t i = 0; i < matrices * parts; ++i) part(i);
  else parallel_for(matrices * parts, part);
}

template <class T> void fill_as(const FillArgs& args) {
  T value;
  std::memcpy(&value, &args.bits, sizeof value);
  T* const y = static_cast<T*>(args.y);
  if (args.n < kParallelFrom) {
    std::fill(y, y + args.n, value);
    return;
  }
  parallel_for((args.n + kShard - 1) / kShard,
               [&](std::int64_t i) { std::fill(y + i * kShard, y + std::min(args.n, (i + 1) * kShard), value); });
}

}  // namespace

void copy(const CopyArgs& args, Stream) {
  const Walk& w = args.walk;
  if (w.n == 0) return;
  if (const int turned = turned_axis(args); turned >= 0) return copy_turned(args, turned);
  const Row row = row_of(args.from, args.to);
  const std::int64_t inner = w.size[w.rank - 1], rows = w.n / inner;
  if (w.n < kParallelFrom) return copy_rows(args, row, 0, rows);
  if (rows == 1) {  // one long row: cut it
    const auto in = std::int64_t(size_of(args.from)), out = std::int64_t(size_of(args.to));
    parallel_for((inner + kShard - 1) / kShard, [&](std::int64_t i) {
      row(static_cast<const char*>(args.x) + i * kShard * w.stride[0][0] * in, w.stride[0][0],
          static_cast<char*>(args.y) + i * kShard * w.stride[1][0] * out, w.stride[1][0],
          std::min(kShard, inner - i * kShard));
    });
    return;
  }
  const std::int64_t step = std::max<std::int64_t>(1, kShard / inner);
  parallel_for((rows + step - 1) / step,
               [&](std::int64_t i) { copy_rows(args, row, i * step, std::min(rows, (i + 1) * step)); });
}

void fill(const FillArgs& args, Stream) {
  switch (args.element_size) {
    case 1: return fill_as<std::uint8_t>(args);
    case 2: return fill_as<std::uint16_t>(args);
    case 4: return fill_as<std::uint32_t>(args);
    default: return fill_as<std::uint64_t>(args);
  }
}

}  // namespace lepton::kernels::cpu
