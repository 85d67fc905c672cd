// Looks at the CPU. Compiled for any x86-64, since it runs before anything is known.
#include "kernels/cpu/dispatch.hpp"

#include <cpuid.h>

#include <cstdlib>
#include <string>

#include "lepton/core/error.hpp"

namespace lepton::kernels::cpu {
namespace {

/// Bit 5 of EAX, leaf 7, subleaf 1. Its registers are AVX-512's, of which the system was asked already.
bool has_avx512_bf16() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a & 1u << 5) != 0;
}

/// The best set, isa_bf16()'s included.
Isa best() {
  if (!supports(Isa::v3)) throw Error("cpu", "this processor lacks AVX2, FMA or BMI2, which lepton needs");
  return supports(Isa::v4bf16) ? Isa::v4bf16 : supports(Isa::v4) ? Isa::v4 : Isa::v3;
}

Isa choose() {
  const Isa most = best();
  const char* variable = std::getenv("LEPTON_ISA");
  if (variable == nullptr || *variable == '\0') return most;
  const std::string wish = variable;
  if (wish != "v3" && wish != "v4" && wish != "v4bf16")
    throw Error("LEPTON_ISA", "is '" + wish + "'; it can be v3, v4 or v4bf16");
  const Isa wanted = wish == "v3" ? Isa::v3 : wish == "v4" ? Isa::v4 : Isa::v4bf16;
  if (wanted > most)
    throw Error("LEPTON_ISA", "is " + wish + ", but this processor lacks " +
                                  (most == Isa::v3 ? "AVX-512" : "AVX512_BF16") + "; unset it");
  return wanted;
}

Isa chosen() {
  static const Isa set = choose();
  return set;
}

}  // namespace

bool supports(Isa isa) {
  // One by one: clang 14 does not know the names of the levels.
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                  __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  if (isa == Isa::v3) return v3;
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                  __builtin_cpu_supports("avx512cd");
  return isa == Isa::v4 ? v4 : v4 && has_avx512_bf16();
}

Isa isa() { return chosen() == Isa::v3 ? Isa::v3 : Isa::v4; }
bool isa_bf16() { return chosen() == Isa::v4bf16; }

}  // namespace lepton::kernels::cpu
