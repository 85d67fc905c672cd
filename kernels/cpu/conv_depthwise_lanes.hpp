// What the depthwise kernels share: the vectors of a pixel.
#pragma once

#include "kernels/cpu/unroll.hpp"
#include "kernels/cpu/vec.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

LEPTON_INLINE std::int64_t min64(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

/// Makes the compiler keep a vector that it would rather load again for each use.
LEPTON_INLINE Vec<float> in_register(Vec<float> v) {
#if LEPTON_AVX512
  asm("" : "+v"(v.v));
#else
  asm("" : "+x"(v.v));
#endif
  return v;
}

/// body(first channel, place of the vector) for the vectors of a pixel with at least one vector of channels. Where they
/// are no multiple of a vector, the last begins early, and what it shares with the one before is done twice.
template <class F> LEPTON_INLINE void for_vectors(std::int64_t channels, F&& body) {
  constexpr std::int64_t kLanes = Vec<float>::kLanes;
  for (std::int64_t at = 0; at < channels; at += kLanes)
    body(at + kLanes <= channels ? at : channels - kLanes, at);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
