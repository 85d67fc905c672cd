// Rows of f32 rounded to bf16, and back.
#pragma once

#include <cstdint>

namespace lepton::kernels::cpu {

// - to_bf16: y[i] = x[i] rounded to nearest, ties to even; NaN stays NaN; a subnormal may become zero.
// - from_bf16: y[i] = x[i].
#define LEPTON_BF16_ROWS                                          \
  void to_bf16(const float* x, std::uint16_t* y, std::int64_t n); \
  void from_bf16(const std::uint16_t* x, float* y, std::int64_t n);

LEPTON_BF16_ROWS
namespace v3 {
LEPTON_BF16_ROWS
}
namespace v4 {
LEPTON_BF16_ROWS
}
namespace v4bf16 {
LEPTON_BF16_ROWS
}
#undef LEPTON_BF16_ROWS

}  // namespace lepton::kernels::cpu
