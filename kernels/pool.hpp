// Two-dimensional max pooling.
#pragma once

#include <cstdint>

#include "kernels/kernel.hpp"
#include "lepton/core/dtype.hpp"

namespace lepton::kernels {

/// x: [n, ih, iw, c], y and where: [n, oh, ow, c]. f32 or f64. Windows of kh x kw <= 256 elements, `dilation` apart.
/// What lies outside of x counts as minus infinity: windows may begin before it and end behind it, but each has an
/// element inside.
/// With `relu`, of windows of at most 255 elements, pooling also does the relu before it: the bits of y are those of
/// max_pool2d of relu(x), and the bits of dx those of relu's gradient after max_pool2d_grad.
struct PoolShape {
  std::int64_t n, c, ih, iw, oh, ow;
  std::int64_t kh, kw, stride_h, stride_w, pad_h, pad_w;
  DType dtype;
  bool relu;
  std::int64_t dilation_h = 1, dilation_w = 1;
};

/// The place that pooling with relu writes for a window without a positive element, or with a NaN: no gradient.
inline constexpr std::uint8_t kNowhere = 255;

/// y = largest of each window, where = its place in the window (row * kw + column); the first of equals, NaN wins.
struct MaxPoolArgs {
  const void* x;
  void* y;
  std::uint8_t* where;
  PoolShape shape;
};

/// dx = g put where the largest elements stood, zero elsewhere.
struct MaxPoolGradArgs {
  const void* g;
  const std::uint8_t* where;
  void* dx;
  PoolShape shape;
};

/// y = the elements of x at those places, 0 for kNowhere with `relu`: the transpose of the gradient.
struct MaxPoolPickArgs {
  const void* x;
  const std::uint8_t* where;
  void* y;
  PoolShape shape;
};

namespace cpu {
void max_pool2d(const MaxPoolArgs&, Stream);
void max_pool2d_grad(const MaxPoolGradArgs&, Stream);
void max_pool2d_pick(const MaxPoolPickArgs&, Stream);
}  // namespace cpu

inline constexpr Kernel<MaxPoolArgs> max_pool2d{"max_pool2d", cpu::max_pool2d};
inline constexpr Kernel<MaxPoolGradArgs> max_pool2d_grad{"max_pool2d_grad", cpu::max_pool2d_grad};
inline constexpr Kernel<MaxPoolPickArgs> max_pool2d_pick{"max_pool2d_pick", cpu::max_pool2d_pick};

}  // namespace lepton::kernels
