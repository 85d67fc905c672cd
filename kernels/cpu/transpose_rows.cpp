// Turning a matrix round, in squares of a vector's width. Compiled once for each instruction set.
#include "kernels/cpu/transpose_rows.hpp"

#include "kernels/cpu/gemm_transpose.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

using V = Vec<float>;

constexpr std::int64_t kSide = V::kLanes;

/// A square of `rows` x `columns` elements, at most kSide.
LEPTON_INLINE void turn(const float* from, std::int64_t from_step, float* to, std::int64_t to_step, std::int64_t rows,
                        std::int64_t columns) {
  V v[kSide];
  for (std::int64_t r = 0; r < kSide; ++r)
    v[r] = r >= rows ? V(0) : columns == kSide ? V::load(from + r * from_step) : V::load_partial(from + r * from_step, columns);
  transpose(v);
  for (std::int64_t c = 0; c < columns; ++c)
    if (rows == kSide) v[c].store(to + c * to_step);
    else v[c].store_partial(to + c * to_step, rows);
}

}  // namespace

void transpose_rows(const TransposeRows& a) {
  const auto* const from = static_cast<const float*>(a.from);
  auto* const to = static_cast<float*>(a.to);
  // Along the rows of `to`, whose lines are written whole before they leave the cache.
  for (std::int64_t c = 0; c < a.columns; c += kSide)
    for (std::int64_t r = 0; r < a.rows; r += kSide) {
      const std::int64_t rows = a.rows - r < kSide ? a.rows - r : kSide,
                         columns = a.columns - c < kSide ? a.columns - c : kSide;
      const float* const square = from + r * a.from_step + c;
      float* const turned = to + c * a.to_step + r;
      if (rows == kSide && columns == kSide) turn(square, a.from_step, turned, a.to_step, kSide, kSide);
      else turn(square, a.from_step, turned, a.to_step, rows, columns);
    }
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
