// The activation layer that has a parameter.
#include "lepton/nn/activation.hpp"

#include "lepton/tensor/factory.hpp"

namespace lepton::nn {

PReLU::PReLU(std::int64_t num_parameters, double init) : weight(full({num_parameters}, init)) {
  if (num_parameters < 1) throw Error("PReLU", "needs at least one slope");
}

}  // namespace lepton::nn
