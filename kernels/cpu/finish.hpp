// A Finish on vectors.
#pragma once

#include "kernels/cpu/unroll.hpp"
#include "kernels/cpu/vec.hpp"
#include "kernels/epilogue.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

/// x as it is: no multiplication before it becomes one with an addition behind it.
LEPTON_INLINE Vec<float> rounded(Vec<float> x) {
  asm("" : "+v"(x.v));
  return x;
}

/// max(x, 0) with the bits of op::Relu: the instruction gives x where it is NaN, but also where it is -0.
LEPTON_INLINE Vec<float> relu_bits(Vec<float> x) {
  return Vec<float>(LEPTON_MM(max_ps)(Vec<float>(0).v, x.v)) + Vec<float>(0);
}
/// min(max(x, 0), 6) with the bits of op::Relu6.
LEPTON_INLINE Vec<float> relu6_bits(Vec<float> x) {
  const Vec<float> low(LEPTON_MM(max_ps)(Vec<float>(0).v, x.v));
  return Vec<float>(LEPTON_MM(min_ps)(Vec<float>(6).v, low.v)) + Vec<float>(0);
}

/// Finishes the sums of kRows rows and kVectors vectors, of whose last one `tail` lanes are there. f starts at the
/// first. Each step goes through all of them, so that what it reads stays in a register.
template <int kRows, int kVectors>
LEPTON_INLINE void finish_sums(const Finish& f, Vec<float> (&sum)[kRows][kVectors], std::int64_t tail) {
  using V = Vec<float>;
  const auto load = [&](const float* p, int j) LEPTON_ALWAYS {
    p += j * V::kLanes;
    return j + 1 < kVectors || tail == V::kLanes ? V::load(p) : V::load_partial(p, tail);
  };
  const auto each = [&](auto&& body) LEPTON_ALWAYS {
    unrolled<kVectors>(
        [&](auto j) LEPTON_ALWAYS { unrolled<kRows>([&](auto i) LEPTON_ALWAYS { body(i, j, sum[i][j]); }); });
  };
  if (f.scale) {
    V scale[kVectors];
    unrolled<kVectors>([&](auto j) LEPTON_ALWAYS { scale[j] = load(f.scale, j); });
    each([&](auto, auto j, V& x) LEPTON_ALWAYS { x = rounded(x * scale[j]); });
  }
  if (f.shift) {
    V shift[kVectors];
    unrolled<kVectors>([&](auto j) LEPTON_ALWAYS { shift[j] = load(f.shift, j); });
    each([&](auto, auto j, V& x) LEPTON_ALWAYS { x += shift[j]; });
  }
  if (f.addend) each([&](auto i, auto j, V& x) LEPTON_ALWAYS { x += load(f.addend + i * f.addend_row, j); });
  if (f.after == After::relu) each([&](auto, auto, V& x) LEPTON_ALWAYS { x = relu_bits(x); });
  if (f.after == After::relu6) each([&](auto, auto, V& x) LEPTON_ALWAYS { x = relu6_bits(x); });
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
