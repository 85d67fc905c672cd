// The fully connected layer.
#include "lepton/nn/linear.hpp"

#include "lepton/nn/init.hpp"
#include "lepton/ops/matmul.hpp"

namespace lepton::nn {

Linear::Linear(const LinearOptions& o) {
  if (o.in < 1 || o.out < 1)
    throw Error("Linear", "sizes must be positive, got " + std::to_string(o.in) + " -> " + std::to_string(o.out));
  weight = Parameter(init::fan_in_uniform({o.out, o.in}, o.in));
  if (o.bias) bias = Parameter(init::fan_in_uniform({o.out}, o.in));
}

Tensor Linear::forward(const Tensor& x, const Tensor& w, const Tensor& b) const { return linear(x, w, b); }

}  // namespace lepton::nn
