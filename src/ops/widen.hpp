// Types that no kernel computes with: they are widened, and the result is rounded back.
#pragma once

#include "lepton/ops/cast.hpp"

namespace lepton::detail {

/// The type that numbers of type `t` are computed in: f32 for f16 and bf16, i32 for i8, else t.
constexpr DType computed_as(DType t) { return t == f16 || t == bf16 ? f32 : t == i8 ? i32 : t; }

constexpr bool is_half(DType t) { return t == f16 || t == bf16; }

/// f(x), or for f16 and bf16 what f gives of x in f32, rounded to x's type.
template <class F> Tensor widened(const Tensor& x, F&& f) {
  const DType dtype = x.dtype();
  return is_half(dtype) ? cast(f(cast(x, f32)), dtype) : f(x);
}

}  // namespace lepton::detail
