// What a file that is compiled once for each instruction set sees: its name, its vector width, its rules.
//
// Such a file is built with LEPTON_ISA=v3 for x86-64-v3 (AVX2, FMA) and with v4 for x86-64-v4 (AVX-512), some also with
// v4bf16 (v4 and AVX512_BF16, whose instructions stand behind LEPTON_AVX512_BF16), and keeps everything in namespace
// lepton::kernels::cpu::LEPTON_ISA. It includes no standard container: a weak symbol without the instruction set in
// its name, compiled with AVX-512, could be the copy that the linker keeps for machines that lack it. For the same
// reason its helpers are LEPTON_INLINE.
#pragma once

// GCC 12 warns of its own "undefined" registers, which these headers initialise with themselves (PR 105593).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#pragma GCC diagnostic pop

#if !defined(LEPTON_ISA)
#error "this file is compiled for each instruction set, with -DLEPTON_ISA=v3, v4 or v4bf16"
#endif

// Of the headers of ops/formula these files see the formulas alone, not the functions of Tensors.
#if !defined(LEPTON_FORMULAS_ONLY)
#define LEPTON_FORMULAS_ONLY
#endif

#define LEPTON_INLINE inline __attribute__((always_inline))

// An intrinsic that both sets have under the same name: LEPTON_MM(sqrt_ps)(x).
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
#define LEPTON_AVX512 1
#define LEPTON_MM(NAME) _mm512_##NAME
#else
#define LEPTON_AVX512 0
#define LEPTON_MM(NAME) _mm256_##NAME
#endif

#if LEPTON_AVX512 && defined(__AVX512BF16__)
#define LEPTON_AVX512_BF16 1
#else
#define LEPTON_AVX512_BF16 0
#endif

#define LEPTON_STRING_OF_(X) #X
#define LEPTON_STRING_OF(X) LEPTON_STRING_OF_(X)

namespace lepton::kernels::cpu::LEPTON_ISA {

static_assert(LEPTON_STRING_OF(LEPTON_ISA)[1] == (LEPTON_AVX512 ? '4' : '3') &&
                  LEPTON_STRING_OF(LEPTON_ISA)[2] == (LEPTON_AVX512_BF16 ? 'b' : '\0'),
              "LEPTON_ISA and -march disagree");

/// Width of a vector register.
inline constexpr int kBytes = LEPTON_AVX512 ? 64 : 32;

/// What intrinsics on integers of any width take.
#if LEPTON_AVX512
using IntRegister = __m512i;
#else
using IntRegister = __m256i;
#endif

}  // namespace lepton::kernels::cpu::LEPTON_ISA
