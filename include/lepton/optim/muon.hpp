// Muon.
#pragma once

#include "lepton/optim/rule_optimizer.hpp"

namespace lepton::optim {

/// Muon (Jordan et al. 2024), for the matrices inside a network: the momentum of each is replaced by the orthogonal
/// matrix next to it, by Newton-Schulz steps in the parameter's type. Vectors, embeddings and the last layer are left
/// to another optimizer; throws for parameters that are no matrices. The momentum's equation is in rules/muon.hpp.
class LEPTON_API Muon final : public RuleOptimizer<MuonRule> {
 public:
  using RuleOptimizer::RuleOptimizer;

 private:
  Tensor moved(const Tensor& p, const Tensor& direction, const Tensor& lr,
               const void* options) const override;
};

}  // namespace lepton::optim
