// What the poolings share: their checks and their windows.
#pragma once

#include "lepton/ops/pool.hpp"
#include "src/ops/pictures.hpp"

namespace lepton::detail {

/// Throws naming `op` unless x has `rank` axes and numbers to compute with.
void check_pooled(const Tensor& x, int rank, const char* op);

/// The windows along one axis; `extra` is how far the last reaches behind the padding.
struct Windows {
  std::int64_t count, extra;
};
/// Of an axis of n elements. Throws naming `op` for sizes that make no sense, or where no window fits.
Windows windows_along(std::int64_t n, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                      std::int64_t dilation, CeilMode ceil, const char* op);

/// `stride`, or `kernel` where it is 0.
inline std::int64_t stride_or(std::int64_t stride, std::int64_t kernel) {
  return stride == 0 ? kernel : stride;
}
inline Pair stride_or(Pair stride, Pair kernel) { return stride == Pair(0) ? kernel : stride; }
inline Triple stride_or(Triple stride, Triple kernel) { return stride == Triple(0) ? kernel : stride; }

}  // namespace lepton::detail
