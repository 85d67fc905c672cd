// What a recorded launch computes, in words and in floating-point operations.
#pragma once

#include <string>

#include "src/compile/recording.hpp"

namespace lepton::detail {

struct Description {
  std::string text;
  double flops = 0;  ///< of products and convolutions; a multiply-add counts as two
};

Description describe(const RecordedLaunch& launch);

}  // namespace lepton::detail
