// The two 16-bit floating types as storage: bits and conversions. Arithmetic is done in f32.
#pragma once

#include <bit>
#include <cstdint>

#include "lepton/core/dtype.hpp"

namespace lepton {

/// bfloat16: the upper half of an f32; rounds to nearest even, keeps NaN.
struct Bf16 {
  std::uint16_t bits = 0;
  Bf16() = default;
  explicit Bf16(float f) {
    const std::uint32_t u = std::bit_cast<std::uint32_t>(f);
    const bool nan = (u & 0x7fffffffu) > 0x7f800000u;
    bits = nan ? std::uint16_t(u >> 16 | 0x40u) : std::uint16_t((u + 0x7fffu + (u >> 16 & 1u)) >> 16);
  }
  explicit operator float() const { return std::bit_cast<float>(std::uint32_t(bits) << 16); }
};

/// IEEE binary16; rounds to nearest even, overflows to infinity, keeps subnormals and NaN.
struct F16 {
  std::uint16_t bits = 0;
  F16() = default;
  explicit F16(float f) {
    const std::uint32_t u = std::bit_cast<std::uint32_t>(f);
    const std::uint32_t sign = u >> 16 & 0x8000u, a = u & 0x7fffffffu;
    if (a > 0x7f800000u) bits = std::uint16_t(sign | 0x7e00u);          // NaN
    else if (a >= 0x477ff000u) bits = std::uint16_t(sign | 0x7c00u);    // 65520 and above round to inf
    else if (a < 0x38800000u)                                           // subnormal: let an f32 add round it
      bits = std::uint16_t(sign | (std::bit_cast<std::uint32_t>(std::bit_cast<float>(a) + 0.5f) - 0x3f000000u));
    else bits = std::uint16_t(sign | (((a + 0xfffu + (a >> 13 & 1u)) >> 13) - (112u << 10)));
  }
  explicit operator float() const {
    const std::uint32_t sign = std::uint32_t(bits & 0x8000u) << 16, a = bits & 0x7fffu;
    if (a >= 0x7c00u) return std::bit_cast<float>(sign | 0x7f800000u | (a & 0x3ffu) << 13);
    if (a >= 0x400u) return std::bit_cast<float>(sign | ((a << 13) + (112u << 23)));
    const float subnormal = float(a) * 0x1p-24f;
    return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(subnormal));
  }
};

template <> struct DTypeOf<Bf16> { static constexpr DType value = bf16; };
template <> struct DTypeOf<F16> { static constexpr DType value = f16; };

}  // namespace lepton
