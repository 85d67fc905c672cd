// Probes of this machine's limits, as benchmarks machine/NAME/threads:N, from which compare.py computes floors.
#pragma once

namespace lepton::bench {

/// machine/f32 and machine/bf16: multiply-adds a second out of registers, with the widest instruction there is.
/// Counter `flops`, two a multiply-add; bf16 fails where the CPU has no such instruction.
void register_arithmetic();

/// machine/triad_l2, _l3 and _memory: a = b + s c over arrays that fill half of a core's L2, half of the L3, or many
/// times that. Counter `bytes`, 12 an element.
void register_bandwidth();

}  // namespace lepton::bench
