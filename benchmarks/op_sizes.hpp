// Operations at the sizes that the networks of train_bench have, and some larger ones.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/op_cases/case.hpp"

namespace lepton::bench {

struct SizedOp {
  std::string name;  ///< "conv2d/32x64x32x32_to_64_k3"
  std::function<Tensor(const op_cases::Tensors&)> call;
  op_cases::Inputs inputs;
  double flops;  ///< two a multiply-add, of the forward pass; 0 where none are counted
};

std::vector<SizedOp> sized_ops();

}  // namespace lepton::bench
