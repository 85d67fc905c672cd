// The build of large products for this machine.
#include "kernels/cpu/gemm_large.hpp"

#include "kernels/cpu/dispatch.hpp"
#include "kernels/cpu/gemm_plan.hpp"

namespace lepton::kernels::cpu {

const GemmKernels& gemm_kernels(DType compute) {
  if (compute == bf16) return isa_bf16() ? v4bf16::kGemmBf16 : LEPTON_FOR_ISA(kGemmBf16);
  return compute == f64 ? LEPTON_FOR_ISA(kGemmF64) : LEPTON_FOR_ISA(kGemmF32);
}

std::size_t gemm_packed_bytes(DType compute, std::int64_t k, std::int64_t n) {
  const GemmKernels& kernels = gemm_kernels(compute);
  const std::int64_t units = (k + kernels.unit - 1) / kernels.unit;
  return std::size_t(GemmPanels(n, kernels.lanes).vectors * kernels.lanes * units) * (compute == f64 ? 8 : 4);
}

void gemm_pack(const GemmPack& args) { gemm_kernels(args.compute).pack(args); }
void gemm_block(const GemmBlock& args) { gemm_kernels(args.compute).block(args); }

void gemm_serial(const GemmLarge& g) {
  if (g.m == 0 || g.n == 0) return;
  const GemmKernels& kernels = gemm_kernels(g.compute);
  kernels.job(g, gemm_job(g, kernels, {}, 0), gemm_scratch());
}

}  // namespace lepton::kernels::cpu
