// Stretching tensors along an axis, composed.
#include "src/ops/edges.hpp"

namespace lepton::detail {

Tensor with_edges(const Tensor& x, int axis, std::int64_t before, std::int64_t after, PadMode mode) {
  if (before == 0 && after == 0) return x;
  std::vector<Sides> sides(std::size_t(x.rank() - axis), Sides{0, 0});
  sides[0] = {before, after};
  return pad(x, sides, mode);
}

Sides conv_sides(std::int64_t padding, std::int64_t kernel, std::int64_t stride, std::int64_t dilation,
                 const char* op) {
  if (padding != kSame) return {padding, padding};
  if (stride != 1)
    throw Error(op, "keeps sizes (kSame) with a stride of 1 only, not " + std::to_string(stride));
  const std::int64_t more = dilation * (kernel - 1);
  return {more / 2, more - more / 2};
}

}  // namespace lepton::detail
