// Large products of f32 and f64. Compiled once for each instruction set.
#include "kernels/cpu/gemm_drive.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

template <class T>
constexpr GemmKernels kernels_of = {Vec<T>::kLanes,        kTileRows,          1, run_pack<Numbers<T>>,
                                    run_block<Numbers<T>>, run_job<Numbers<T>>};

extern constexpr GemmKernels kGemmF32 = kernels_of<float>;
extern constexpr GemmKernels kGemmF64 = kernels_of<double>;

}  // namespace lepton::kernels::cpu::LEPTON_ISA
