// Turning a matrix round, in squares of 8 x 8. Compiled once for each instruction set.
#include "kernels/cpu/transpose_rows.hpp"

#include "kernels/cpu/transpose.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

constexpr std::int64_t kSide = 8;

/// Rows and columns of a square that is not whole.
LEPTON_INLINE void turn_rest(const float* from, std::int64_t from_step, float* to, std::int64_t to_step,
                             std::int64_t rows, std::int64_t columns) {
  for (std::int64_t c = 0; c < columns; ++c)
    for (std::int64_t r = 0; r < rows; ++r) __builtin_memcpy(to + c * to_step + r, from + r * from_step + c, sizeof(float));
}

}  // namespace

void transpose_rows(const TransposeRows& a) {
  const auto* const from = static_cast<const float*>(a.from);
  auto* const to = static_cast<float*>(a.to);
  // Along the rows of `to`, whose lines are written whole before they leave the cache.
  for (std::int64_t c = 0; c < a.columns; c += kSide)
    for (std::int64_t r = 0; r < a.rows; r += kSide) {
      const float* const square = from + r * a.from_step + c;
      float* const turned = to + c * a.to_step + r;
      const std::int64_t rows = a.rows - r < kSide ? a.rows - r : kSide,
                         columns = a.columns - c < kSide ? a.columns - c : kSide;
      if (rows == kSide && columns == kSide) transpose_8x8(square, a.from_step, turned, a.to_step);
      else turn_rest(square, a.from_step, turned, a.to_step, rows, columns);
    }
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
