// The ways to compute a product or a convolution, ready to be timed.
#pragma once

#include <vector>

#include "kernels/cpu/choice.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton::detail {

/// All ways there are, those of the table's among them.
std::vector<kernels::cpu::Choice> ways_for(const kernels::cpu::Query& query);

/// Memory of the sizes of a query, and runs of its ways over it.
class TuneRuns {
 public:
  TuneRuns(const kernels::cpu::Query& query, const std::vector<kernels::cpu::Choice>& ways);
  /// Computes it in ways[i].
  void run(std::size_t i) const;

 private:
  void prepare_matmul(const std::vector<kernels::cpu::Choice>& ways);
  void prepare_conv(const std::vector<kernels::cpu::Choice>& ways);

  kernels::cpu::Query query_;
  Tensor a_, b_, c_, scratch_;
  std::vector<kernels::MatmulArgs> products_;
  std::vector<const kernels::ConvPlan*> plans_;
};

}  // namespace lepton::detail
