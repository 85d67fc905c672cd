// Channels-last memory: a permuted view, made contiguous, permuted back.
#include "src/ops/layout.hpp"

#include "lepton/ops/shape.hpp"

namespace lepton::detail {

Tensor channels_last(const Tensor& x) {
  const Tensor last = permute(x, {0, 2, 3, 1});
  if (last.is_contiguous() && x.strides() == channels_last_strides(x.shape())) return x;
  return permute(last.clone(), {0, 3, 1, 2});
}

}  // namespace lepton::detail
