// A module evaluated with other parameters than its own.
#pragma once

#include <utility>
#include <vector>

#include "lepton/nn/module.hpp"

namespace lepton::nn {

/// While it lives, the module's parameters of these names are these tensors, on the tape or off it; afterwards they are
/// its own again, untouched. Throws for a name that there is not, and for another shape.
class LEPTON_API Substitution {
 public:
  Substitution(Module& module, const Module::Named& values);
  ~Substitution();
  Substitution(const Substitution&) = delete;
  Substitution& operator=(const Substitution&) = delete;

 private:
  void restore() noexcept;
  std::vector<std::pair<Parameter*, Tensor>> own_;
};

/// module(inputs...) with the parameters named in `values` in the place of its own, to which gradients flow: steps that
/// are themselves differentiated, or one module with many sets of parameters.
///
///   for (auto& [name, p] : fast) p = p - 0.1 * grads[i++];
///   Tensor y = functional_call(model, fast, x);
template <class M, class... In>
auto functional_call(M& module, const Module::Named& values, const In&... inputs) {
  const Substitution other(module, values);
  return module(inputs...);
}

}  // namespace lepton::nn
