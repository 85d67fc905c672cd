// What the poolings share: their checks and their windows.
#include <algorithm>

#include "src/ops/pool.hpp"
#include "src/tensor/make.hpp"

namespace lepton::detail {

void check_pooled(const Tensor& x, int rank, const char* op) {
  constexpr const char* kShapes[] = {"[N, C, L]", "[N, C, H, W]", "[N, C, D, H, W]"};
  require_computable(x, op);
  if (x.rank() != rank)
    throw Error(op, std::string("needs ") + kShapes[rank - 3] + ", got " + to_string(x.shape()));
}

Windows windows_along(std::int64_t n, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                      std::int64_t dilation, CeilMode ceil, const char* op) {
  if (kernel < 1 || stride < 1 || dilation < 1)
    throw Error(op, "needs a window, a stride and a dilation of at least 1");
  if (padding < 0 || 2 * padding > kernel) throw Error(op, "padding must lie between 0 and half the window");
  const std::int64_t padded = n + 2 * padding, reach = dilation * (kernel - 1) + 1;
  const std::int64_t left = padded - reach + (ceil == CeilMode::yes ? stride - 1 : 0);
  if (left < 0)
    throw Error(op, "the window does not fit: it reaches over " + std::to_string(reach) + " of " +
                        std::to_string(padded) + " elements");
  std::int64_t count = left / stride + 1;
  // A window must begin on the elements or on the padding before them (PyTorch's rule).
  if (ceil == CeilMode::yes && (count - 1) * stride >= n + padding) --count;
  return {count, std::max<std::int64_t>((count - 1) * stride + reach - padded, 0)};
}

}  // namespace lepton::detail
