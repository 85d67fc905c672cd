// The builds of what large products are made of, and what they share.
#pragma once

#include <cstdint>

#include "kernels/cpu/gemm_large.hpp"
#include "kernels/epilogue.hpp"

namespace lepton::kernels::cpu {

/// Where a thread packs what it is about to multiply: a part of a, and b in the rest. It stays in a second-level cache.
struct GemmScratch {
  static constexpr std::int64_t kBytes = 640 << 10, kBytesA = 192 << 10;
  alignas(64) char bytes[kBytes];
};

/// Whether `rows` rows are too few to pack b for: it is read where it lies, unless it must be turned or rounded.
__attribute__((always_inline)) inline bool b_read_in_place(const GemmLarge& g, std::int64_t rows) {
  return !g.b_packed && !g.trans_b && g.compute != bf16 && rows <= 128;
}

/// What a thread makes of it: rows [row0, row1) of panels [panel0, panel1), summed over [k0, k1) from scratch, with the
/// bias where there is one. Panels are those of columns [column0, column1): all of them where b is packed.
/// `done` is told of finished blocks, whose rows lie `done_row` further on in its view.
struct GemmJob {
  std::int64_t row0, row1, column0, column1, panel0, panel1, k0, k1;
  Epilogue done;
  std::int64_t done_row = 0;
};

/// One build for one type of product.
struct GemmKernels {
  std::int64_t lanes;  ///< columns of a vector
  std::int64_t rows;   ///< of a full tile
  std::int64_t unit;   ///< numbers along k that are multiplied at once
  void (*pack)(const GemmPack& args);
  void (*block)(const GemmBlock& args);
  void (*job)(const GemmLarge& g, const GemmJob& job, GemmScratch& scratch);
};

#define LEPTON_GEMM_KERNELS(ISA)      \
  namespace ISA {                     \
  extern const GemmKernels kGemmF32;  \
  extern const GemmKernels kGemmF64;  \
  extern const GemmKernels kGemmBf16; \
  }
LEPTON_GEMM_KERNELS(v3)
LEPTON_GEMM_KERNELS(v4)
namespace v4bf16 {
extern const GemmKernels kGemmBf16;
}
#undef LEPTON_GEMM_KERNELS

/// The build for this machine. `compute` is f32, f64 or bf16.
const GemmKernels& gemm_kernels(DType compute);

}  // namespace lepton::kernels::cpu
