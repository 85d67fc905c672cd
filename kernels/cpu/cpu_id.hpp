// Which CPU this is: what the table of kernels is looked up by.
#pragma once

#include <cstdint>
#include <string>

#include "kernels/cpu/dispatch.hpp"

namespace lepton::kernels::cpu {

enum class Vendor : std::uint8_t { amd, intel, other };

/// A CPU by its maker's numbers, and what of it lepton's kernels use.
struct CpuId {
  Vendor vendor = Vendor::other;
  int family = 0, model = 0;  ///< as /proc/cpuinfo shows them, extensions added in
  Isa isa = Isa::v3;          ///< the best set that kernels run with: also v4bf16
  bool operator==(const CpuId&) const = default;
};

/// Family and model from the first register of CPUID's leaf 1 (AMD's manual, volume 3, appendix E.3; Intel's has the
/// same rule in volume 2, CPUID). `vendor` and `isa` are left as they are.
void set_signature(CpuId& id, std::uint32_t eax);

/// This machine, with LEPTON_ISA taken into account.
const CpuId& this_cpu();

/// "amd 26 2 v4bf16"
std::string to_string(const CpuId& id);

}  // namespace lepton::kernels::cpu
