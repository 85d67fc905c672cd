// Activations that are composed.
#include "lepton/ops/activation.hpp"

#include "lepton/ops/binary.hpp"
#include "lepton/ops/random.hpp"
#include "src/tensor/make.hpp"

namespace lepton {

Tensor prelu(const Tensor& x, const Tensor& weight) {
  detail::require_computable(x, "prelu");
  const int channels = x.rank() > 1 ? 1 : 0;
  const std::int64_t n = weight.numel();
  if (weight.rank() > 1 || (n != 1 && (x.rank() == 0 || n != x.shape()[channels])))
    throw Error("prelu", "weight " + to_string(weight.shape()) + " does not fit the channels of " +
                             to_string(x.shape()) + "; it is [1] or [C]");
  Shape slopes;
  for (int i = 0; i < x.rank(); ++i) slopes.push_back(i == channels ? n : 1);
  return where(x > 0, x, weight.reshape(slopes) * x);
}

Tensor rrelu(const Tensor& x, const RReluOptions& o) {
  if (!(o.lower <= o.upper))
    throw Error("rrelu", "slopes from " + std::to_string(o.lower) + " to " + std::to_string(o.upper));
  if (!o.training) return leaky_relu(x, (o.lower + o.upper) / 2);
  detail::require_computable(x, "rrelu");
  return where(x >= 0, x,
               x * uniform(x.shape(), o.lower, o.upper, {.dtype = x.dtype(), .device = x.device()}));
}

Tensor glu(const Tensor& x, std::int64_t axis) {
  detail::require_computable(x, "glu");
  if (x.rank() == 0) throw Error("glu", "a scalar has no halves");
  const int a = normalize_axis(axis, x.rank(), "glu");
  const std::int64_t size = x.shape()[a];
  if (size % 2 != 0)
    throw Error("glu", "axis " + std::to_string(a) + " of " + to_string(x.shape()) + " is odd");
  return x.slice(a, 0, size / 2) * sigmoid(x.slice(a, size / 2));
}

}  // namespace lepton
