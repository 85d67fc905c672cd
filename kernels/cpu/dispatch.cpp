// Looks at the CPU. Compiled for any x86-64, since it runs before anything is known.
#include "kernels/cpu/dispatch.hpp"

#include <cstdlib>
#include <string>

#include "lepton/core/error.hpp"

namespace lepton::kernels::cpu {

bool supports(Isa isa) {
  // One by one: clang 14 does not know the names of the levels.
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                  __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  if (isa == Isa::v3) return v3;
  return v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512cd");
}

namespace {

Isa choose() {
  if (!supports(Isa::v3)) throw Error("cpu", "this processor lacks AVX2, FMA or BMI2, which lepton needs");
  const char* variable = std::getenv("LEPTON_ISA");
  if (variable == nullptr || *variable == '\0') return supports(Isa::v4) ? Isa::v4 : Isa::v3;
  const std::string wish = variable;
  if (wish == "v3") return Isa::v3;
  if (wish != "v4") throw Error("LEPTON_ISA", "is '" + wish + "'; it can be v3 or v4");
  if (!supports(Isa::v4)) throw Error("LEPTON_ISA", "is v4, but this processor lacks AVX-512; unset it");
  return Isa::v4;
}

}  // namespace

Isa isa() {
  static const Isa chosen = choose();
  return chosen;
}

}  // namespace lepton::kernels::cpu
