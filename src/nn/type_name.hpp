// The name of a module's type.
#pragma once

#include <string>

#include "lepton/nn/module.hpp"

namespace lepton::nn {

/// Without its namespaces: "Linear".
std::string type_name(const Module& m);

}  // namespace lepton::nn
