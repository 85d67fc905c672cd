// Large products of factors rounded to bf16. Compiled once for each instruction set, v4bf16 included.
#include "kernels/cpu/gemm_drive.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

extern constexpr GemmKernels kGemmBf16 = {Pairs::kLanes,           kTileRows,
                                          Bf16Products::kUnit,     run_pack<Bf16Products>,
                                          run_block<Bf16Products>, run_job<Bf16Products>};

}  // namespace lepton::kernels::cpu::LEPTON_ISA
