// Lamb.
#pragma once

#include "lepton/optim/rule_optimizer.hpp"

namespace lepton::optim {

/// LAMB (You et al. 2020): Adam whose step in each parameter is as long as lr times the parameter itself, for large
/// batches. The equation up to there is in rules/lamb.hpp.
class LEPTON_API Lamb final : public RuleOptimizer<LambRule> {
 public:
  using RuleOptimizer::RuleOptimizer;

 private:
  Tensor moved(const Tensor& p, const Tensor& direction, const Tensor& lr,
               const void* options) const override;
};

}  // namespace lepton::optim
