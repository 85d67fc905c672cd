// Names and owners of parameters.
#include "src/optim/parameters.hpp"

#include <unordered_set>

namespace lepton::optim::detail {

std::string label(const Tensor& p, std::size_t number) {
  const auto& name = p.impl().name;
  return name ? *name : std::to_string(number);
}

std::vector<std::string> labels(const std::vector<Tensor>& parameters) {
  std::vector<std::string> result;
  std::unordered_set<std::string> taken;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    std::string name = label(parameters[i], i);
    if (!taken.insert(name).second) taken.insert(name += "#" + std::to_string(i));  // of two models, perhaps
    result.push_back(std::move(name));
  }
  return result;
}

void check_owners(const char* name, const std::vector<Tensor>& parameters) {
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const auto& impl = parameters[i].impl();
    if (impl.is_parameter && impl.owners == 0)
      throw Error(name,
                  "parameter '" + label(parameters[i], i) +
                      "' no longer belongs to a model: it was destroyed or assigned a new one; build the "
                      "optimizer again");
  }
}

}  // namespace lepton::optim::detail
