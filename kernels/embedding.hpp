// Rows of a table joined by bags of ids.
#pragma once

#include <cstdint>

#include "kernels/kernel.hpp"
#include "lepton/core/dtype.hpp"

namespace lepton::kernels {

enum class BagJoin : std::uint8_t { sum, mean, max };

/// ids: [count] in bags: the i-th begins at offsets[i] and ends where the next one does; without offsets each has
/// `width` ids. Ids that are `padding` are left out. Rows are [rows, n], f32 or f64.
struct Bags {
  const std::int64_t* ids;
  const std::int64_t* offsets;  ///< [bags] or null
  const void* weights;          ///< [count], what each row is multiplied by, or null
  std::int64_t count, bags, width, rows, n, padding;
  BagJoin join;
  DType dtype;
};

/// y[b, :] = the rows of bag b joined. Throws Error for ids or offsets out of range, in the name of `op`.
struct EmbeddingBagArgs {
  const void* table;
  void* y;              ///< [bags, n]
  std::int64_t* where;  ///< [bags, n], the id whose row is the largest, -1 for none; written for BagJoin::max
  const char* op;
  Bags bags;
};

/// dtable = zeros, and for each id of bag b, g[b, :] times what its row was multiplied by. A row's terms are added in the
/// order of ids.
struct EmbeddingBagGradArgs {
  const void* g;
  const std::int64_t* where;  ///< for BagJoin::max
  void* dtable;
  Bags bags;
};

namespace cpu {
void embedding_bag(const EmbeddingBagArgs&, Stream);
void embedding_bag_grad(const EmbeddingBagGradArgs&, Stream);
}  // namespace cpu

inline constexpr Kernel<EmbeddingBagArgs> embedding_bag{"embedding_bag", cpu::embedding_bag};
inline constexpr Kernel<EmbeddingBagGradArgs> embedding_bag_grad{"embedding_bag_grad",
                                                                 cpu::embedding_bag_grad};

}  // namespace lepton::kernels
