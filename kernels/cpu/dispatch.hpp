// Which of the builds of a CPU kernel runs on this machine.
#pragma once

#include <cstdint>

namespace lepton::kernels::cpu {

/// Instruction sets that kernels are compiled for: x86-64-v3 (AVX2, FMA), x86-64-v4 (AVX-512), and v4 with AVX512_BF16.
enum class Isa { v3, v4, v4bf16 };

/// Whether this CPU, and the system on it, can run code built for `isa`.
bool supports(Isa isa);

/// The set that kernels run with, v3 or v4: the best that the CPU supports, or what the environment's LEPTON_ISA
/// asks for. Decided at the first call. Throws where the CPU lacks AVX2, FMA or BMI2, or LEPTON_ISA names a set that it
/// lacks or that is not there.
Isa isa();

/// Whether kernels that have a third build, for v4bf16, run it: the CPU supports it and LEPTON_ISA is v4bf16 or not set.
/// Then isa() is v4. Throws as isa() does.
bool isa_bf16();

/// Floats in a vector of isa().
inline std::int64_t float_lanes() { return isa() == Isa::v4 ? 16 : 8; }

}  // namespace lepton::kernels::cpu

/// The build of the function NAME for this machine, seen from namespace lepton::kernels::cpu, in whose v3
/// and v4 it is declared: `LEPTON_FOR_ISA(relu)(args)`.
#define LEPTON_FOR_ISA(NAME) \
  (::lepton::kernels::cpu::isa() == ::lepton::kernels::cpu::Isa::v4 ? v4::NAME : v3::NAME)

/// The same for a function declared in v4bf16 too.
#define LEPTON_FOR_ISA_BF16(NAME) (::lepton::kernels::cpu::isa_bf16() ? v4bf16::NAME : LEPTON_FOR_ISA(NAME))
