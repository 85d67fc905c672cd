// The dropout layer.
#include "lepton/nn/dropout.hpp"

#include "lepton/ops/random.hpp"

namespace lepton::nn {

Dropout::Dropout(double p) : p_(p) {
  if (!(p >= 0 && p <= 1)) throw Error("Dropout", "p must lie in [0, 1], got " + std::to_string(p));
}

Tensor Dropout::operator()(const Tensor& x) const { return training() && p_ > 0 ? dropout(x, p_) : x; }

}  // namespace lepton::nn
