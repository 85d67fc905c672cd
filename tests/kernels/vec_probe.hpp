// What the tests of Vec call: code compiled once for each instruction set, seen from tests that are not.
//
// GoogleTest and the containers stay out of the files compiled with AVX-512, as they do in the library.
#pragma once

#include <cstdint>

namespace lepton::kernels::cpu {

/// Functions of one Vec<float>.
enum class Function : std::uint8_t { exp, log, log1p, tanh, erf, sin, cos, sqrt, gelu, softplus };

// - apply: y[i] = f(x[i]), the last lanes with partial loads and stores.
// - check_*: every element type; NaN; every formula against its scalar self. They return 0, or the line of
//   vec_probe.cpp that failed.
// - philox_probe: what one vector call gives, at most 16 blocks: block after block, then words in the order
//   of the stream, then these as numbers in [0, 1). Returns how many blocks.
#define LEPTON_VEC_PROBE                                                       \
  void apply(Function f, const float* x, float* y, std::int64_t n);            \
  int check_types();                                                           \
  int check_minimum_and_maximum();                                             \
  int check_formulas();                                                        \
  int philox_probe(std::uint64_t seed, std::uint64_t counter, std::uint32_t (*block)[4], \
                   std::uint32_t* stream, float* uniform);

namespace v3 {
LEPTON_VEC_PROBE
}
namespace v4 {
LEPTON_VEC_PROBE
}

}  // namespace lepton::kernels::cpu
