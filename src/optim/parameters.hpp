// What is asked of lists of parameters.
#pragma once

#include <string>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton::optim::detail {

/// The parameter's path in its model, else its number.
std::string label(const Tensor& p, std::size_t number);
/// Those of all, told apart where two are the same.
std::vector<std::string> labels(const std::vector<Tensor>& parameters);

/// Throws where a parameter's model is gone. `name` is who asks.
void check_owners(const char* name, const std::vector<Tensor>& parameters);

}  // namespace lepton::optim::detail
