// Rows of f32 rounded to bf16, and back. Compiled once for each instruction set, v4bf16 included.
#include "kernels/cpu/bf16_rows.hpp"

#include "kernels/cpu/bf16.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

void to_bf16(const float* x, std::uint16_t* y, std::int64_t n) {
  using V = Vec<float>;
  constexpr std::int64_t kStep = 2 * V::kLanes;
  std::int64_t i = 0;
  for (; i + kStep <= n; i += kStep) store_bf16(V::load(x + i), V::load(x + i + V::kLanes), y + i);
  if (i == n) return;
  float rest[kStep] = {};
  std::uint16_t rounded[kStep];
  __builtin_memcpy(rest, x + i, std::size_t(n - i) * sizeof(float));
  store_bf16(V::load(rest), V::load(rest + V::kLanes), rounded);
  __builtin_memcpy(y + i, rounded, std::size_t(n - i) * sizeof(std::uint16_t));
}

void from_bf16(const std::uint16_t* x, float* y, std::int64_t n) {
  using V = Vec<float>;
  std::int64_t i = 0;
  for (; i + V::kLanes <= n; i += V::kLanes) load_bf16(x + i).store(y + i);
  for (; i < n; ++i) {
    const std::uint32_t bits = std::uint32_t(x[i]) << 16;
    __builtin_memcpy(y + i, &bits, sizeof bits);
  }
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
