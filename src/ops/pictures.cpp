// Sequences and volumes as pictures.
#include "src/ops/pictures.hpp"

#include "lepton/ops/shape.hpp"

namespace lepton::detail {

Tensor as_row(const Tensor& x) { return permute(x.transpose(1, 2).unsqueeze(1), {0, 3, 1, 2}); }

Tensor planes(const Tensor& x) {
  const Shape& s = x.shape();
  const Tensor last = permute(x, {0, 2, 3, 4, 1}).contiguous();  // the one copy, where x does not lie so
  return permute(last.reshape({s[0] * s[2], s[3], s[4], s[1]}), {0, 3, 1, 2});
}

Tensor columns(const Tensor& slices, std::int64_t n) {
  const Shape& s = slices.shape();
  const std::int64_t depth = n > 0 ? s[0] / n : 0;
  return permute(slices.reshape({n, depth, s[1], s[2] * s[3]}), {0, 2, 1, 3});
}

}  // namespace lepton::detail
