// The table: how products and convolutions are computed on each kind of CPU.
#pragma once

#include <span>

#include "kernels/cpu/choice.hpp"
#include "kernels/cpu/cpu_id.hpp"

namespace lepton::kernels::cpu {

/// The rows for a CPU: those of its model if it is known, else those of its instruction sets.
std::span<const ChoiceRow> table_for(const CpuId& cpu);

}  // namespace lepton::kernels::cpu
