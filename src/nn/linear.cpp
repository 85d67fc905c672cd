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

Tensor Linear::operator()(const Tensor& x) const { return linear(x, weight, bias); }

}  // namespace lepton::nn
