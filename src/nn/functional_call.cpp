// Putting other tensors in the place of parameters, and back.
#include "lepton/nn/functional_call.hpp"

#include <map>

namespace lepton::nn {
namespace {

struct ByName final : FieldVisitor {
  std::map<std::string, Parameter*> parameters;
  void parameter(const std::string& path, Parameter& p) override { parameters.emplace(path, &p); }
  void buffer(const std::string&, Buffer&) override {}
};

}  // namespace

Substitution::Substitution(Module& module, const Module::Named& values) {
  ByName by;
  module.visit(by);
  try {
    for (const auto& [name, value] : values) {
      const auto found = by.parameters.find(name);
      if (found == by.parameters.end()) throw Error("functional_call", "no parameter '" + name + "'");
      Parameter& p = *found->second;
      if (value.shape() != p->shape())
        throw Error("functional_call", "parameter '" + name + "' is " + to_string(p->shape()) + ", not " +
                                           to_string(value.shape()));
      own_.emplace_back(&p, std::exchange(p.tensor_, value));
    }
  } catch (...) {
    restore();
    throw;
  }
}

Substitution::~Substitution() { restore(); }

void Substitution::restore() noexcept {
  for (auto it = own_.rbegin(); it != own_.rend(); ++it) it->first->tensor_ = std::move(it->second);
}

}  // namespace lepton::nn
