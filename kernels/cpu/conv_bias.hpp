// Sums of a picture's pixels, channel by channel: the gradient of a convolution's bias.
#pragma once

#include <cstdint>

#include "lepton/core/dtype.hpp"

namespace lepton::kernels::cpu {

/// sums[c] = or, unless it `starts`, += the sum over pixels of g[pixel][c]. f32 or f64.
struct PixelSum {
  const void* g;
  std::int64_t pixels, channels;
  void* sums;
  DType dtype;
  bool starts;
};

namespace v3 {
void add_pixels(const PixelSum& args);
}
namespace v4 {
void add_pixels(const PixelSum& args);
}

}  // namespace lepton::kernels::cpu
