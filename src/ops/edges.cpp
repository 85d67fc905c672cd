// Stretching tensors along an axis, composed.
#include "src/ops/edges.hpp"

#include <algorithm>

#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/index.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/tensor/factory.hpp"

namespace lepton::detail {
namespace {

Tensor zeros_beside(const Tensor& x, int axis, std::int64_t size) {
  Shape shape = x.shape();
  shape[axis] = size;
  return zeros(shape, {.dtype = x.dtype(), .device = x.device()});
}

}  // namespace

Tensor with_zeros(const Tensor& x, int axis, std::int64_t before, std::int64_t after) {
  if (before == 0 && after == 0) return x;
  std::vector<Tensor> parts;
  if (before > 0) parts.push_back(zeros_beside(x, axis, before));
  parts.push_back(x);
  if (after > 0) parts.push_back(zeros_beside(x, axis, after));
  return cat(parts, axis);
}

Tensor with_edges(const Tensor& x, int axis, std::int64_t before, std::int64_t after, PaddingMode mode,
                  const char* op) {
  if (mode == PaddingMode::zeros) return with_zeros(x, axis, before, after);
  if (before == 0 && after == 0) return x;
  const std::int64_t n = x.shape()[axis], most = mode == PaddingMode::reflect ? n - 1 : n;
  if (n == 0 || (mode != PaddingMode::replicate && std::max(before, after) > most))
    throw Error(op, "padding by " + std::to_string(std::max(before, after)) + " is too much for " +
                        to_string(x.shape()));
  // Where each element comes from, in doubles, which every device can compute with.
  const Tensor i = arange(-double(before), double(n + after), 1, {.dtype = f64, .device = x.device()});
  const double last = double(n - 1);
  Tensor from;
  if (mode == PaddingMode::replicate) from = clamp(i, 0, last);
  else if (mode == PaddingMode::reflect) from = last - abs(last - abs(i));
  else from = where(i < 0, i + double(n), where(i > last, i - double(n), i));
  return index_select(x, axis, cast(from, i64));
}

Tensor with_gaps(const Tensor& x, int axis, std::int64_t step) {
  if (step == 1) return x;
  Shape shape = x.shape();
  shape[axis] *= step;
  const Tensor apart = x.unsqueeze(axis + 1);
  return cat({apart, zeros_beside(apart, axis + 1, step - 1)}, axis + 1).reshape(shape);
}

}  // namespace lepton::detail
