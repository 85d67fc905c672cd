// Stretching tensors along an axis, composed.
#include "src/ops/edges.hpp"

#include "lepton/ops/arrange.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::detail {
namespace {

PadMode pad_mode(PaddingMode mode) {
  switch (mode) {
    case PaddingMode::reflect: return PadMode::reflect;
    case PaddingMode::replicate: return PadMode::replicate;
    case PaddingMode::circular: return PadMode::circular;
    default: return PadMode::constant;
  }
}

}  // namespace

Tensor with_edges(const Tensor& x, int axis, std::int64_t before, std::int64_t after, PaddingMode mode) {
  if (before == 0 && after == 0) return x;
  std::vector<Sides> sides(std::size_t(x.rank() - axis), Sides{0, 0});
  sides[0] = {before, after};
  return pad(x, sides, pad_mode(mode));
}

Tensor with_gaps(const Tensor& x, int axis, std::int64_t step) {
  if (step == 1) return x;
  Shape shape = x.shape();
  shape[axis] *= step;
  return with_edges(x.unsqueeze(axis + 1), axis + 1, 0, step - 1).reshape(shape);
}

}  // namespace lepton::detail
