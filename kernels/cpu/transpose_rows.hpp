// Turning a matrix of 4-byte elements round in memory: what copies between layouts come down to.
#pragma once

#include <cstdint>

namespace lepton::kernels::cpu {

/// to[c * to_step + r] = from[r * from_step + c] for r < rows and c < columns; steps in elements.
struct TransposeRows {
  const void* from;
  void* to;
  std::int64_t rows, columns, from_step, to_step;
};

namespace v3 {
void transpose_rows(const TransposeRows& args);
}
namespace v4 {
void transpose_rows(const TransposeRows& args);
}

}  // namespace lepton::kernels::cpu
