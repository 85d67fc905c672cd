// How a large product is cut over threads: by its sizes alone.
#pragma once

#include <cstdint>

#include "kernels/cpu/gemm_kernels.hpp"

namespace lepton::kernels::cpu {

/// Parts of a product's rows, of its columns, and of its k. No sum depends on the cuts of rows and columns; the parts of
/// k are summed one by one and added up in order.
struct GemmGrid {
  std::int64_t rows = 1, columns = 1, depth = 1;
  std::int64_t jobs() const { return rows * columns * depth; }
};

/// Partial sums that the parts of k may leave, in numbers.
inline constexpr std::int64_t kGemmPartials = 16384;

/// The grid for each of `batch` products of g's sizes.
GemmGrid plan_gemm(const GemmLarge& g, const GemmKernels& kernels, std::int64_t batch);

/// Part `i` of the grid.
GemmJob gemm_job(const GemmLarge& g, const GemmKernels& kernels, const GemmGrid& grid, std::int64_t i);

/// The calling thread's. Made when a thread first asks.
GemmScratch& gemm_scratch();

}  // namespace lepton::kernels::cpu
