// Vocabulary for formulas that are written once and run on float, double, SIMD vectors, CUDA and Tensors.
#pragma once

#include <cmath>
#include <cstddef>

// Formulas are always inlined: a copy compiled for one instruction set must never be linked into another.
#if defined(__CUDACC__)
#define LEPTON_HD __host__ __device__ __forceinline__
#else
#define LEPTON_HD inline __attribute__((always_inline))
#endif

namespace lepton {

/// A compile-time list of types: the one place where the members of an op family are named.
template <class... T> struct TypeList {
  static constexpr std::size_t size = sizeof...(T);
};

/// Position of `T` in a TypeList; does not compile where it is missing.
template <class T, class List> struct IndexOf;
template <class T, class... Rest> struct IndexOf<T, TypeList<T, Rest...>> {
  static constexpr std::size_t value = 0;
};
template <class T, class First, class... Rest> struct IndexOf<T, TypeList<First, Rest...>> {
  static constexpr std::size_t value = 1 + IndexOf<T, TypeList<Rest...>>::value;
};
template <class T, class List> inline constexpr std::size_t index_of = IndexOf<T, List>::value;

/// Two lists, one behind the other.
template <class A, class B> struct Join;
template <class... A, class... B> struct Join<TypeList<A...>, TypeList<B...>> {
  using type = TypeList<A..., B...>;
};
template <class A, class B> using Joined = typename Join<A, B>::type;

// Scalars in the same words as vectors and Tensors, which are found by argument-dependent lookup.
// Rules: constants are T(0.5); no `?:`, `&&`, std::max in a formula, only select, minimum, maximum.
namespace op {

#define LEPTON_SCALAR_FUNCTION(NAME, F32, F64)        \
  LEPTON_HD float NAME(float x) { return F32(x); }    \
  LEPTON_HD double NAME(double x) { return F64(x); }
LEPTON_SCALAR_FUNCTION(exp, ::expf, ::exp)
LEPTON_SCALAR_FUNCTION(log, ::logf, ::log)
LEPTON_SCALAR_FUNCTION(log1p, ::log1pf, ::log1p)
LEPTON_SCALAR_FUNCTION(sqrt, ::sqrtf, ::sqrt)
LEPTON_SCALAR_FUNCTION(tanh, ::tanhf, ::tanh)
LEPTON_SCALAR_FUNCTION(erf, ::erff, ::erf)
LEPTON_SCALAR_FUNCTION(sin, ::sinf, ::sin)
LEPTON_SCALAR_FUNCTION(cos, ::cosf, ::cos)
LEPTON_SCALAR_FUNCTION(abs, ::fabsf, ::fabs)
LEPTON_SCALAR_FUNCTION(expm1, ::expm1f, ::expm1)
LEPTON_SCALAR_FUNCTION(asin, ::asinf, ::asin)
LEPTON_SCALAR_FUNCTION(acos, ::acosf, ::acos)
LEPTON_SCALAR_FUNCTION(atan, ::atanf, ::atan)
LEPTON_SCALAR_FUNCTION(floor, ::floorf, ::floor)
LEPTON_SCALAR_FUNCTION(ceil, ::ceilf, ::ceil)
LEPTON_SCALAR_FUNCTION(trunc, ::truncf, ::trunc)
LEPTON_SCALAR_FUNCTION(round, ::rintf, ::rint)  // to the even one of two, as PyTorch does
#undef LEPTON_SCALAR_FUNCTION

LEPTON_HD float pow(float x, float e) { return ::powf(x, e); }
LEPTON_HD double pow(double x, double e) { return ::pow(x, e); }
LEPTON_HD float atan2(float y, float x) { return ::atan2f(y, x); }
LEPTON_HD double atan2(double y, double x) { return ::atan2(y, x); }
LEPTON_HD float fmod(float a, float b) { return ::fmodf(a, b); }
LEPTON_HD double fmod(double a, double b) { return ::fmod(a, b); }
LEPTON_HD float select(bool c, float a, float b) { return c ? a : b; }
LEPTON_HD double select(bool c, double a, double b) { return c ? a : b; }
// NaN in either argument gives NaN, as in PyTorch.
LEPTON_HD float maximum(float a, float b) { return a > b || a != a ? a : b; }
LEPTON_HD double maximum(double a, double b) { return a > b || a != a ? a : b; }
LEPTON_HD float minimum(float a, float b) { return a < b || a != a ? a : b; }
LEPTON_HD double minimum(double a, double b) { return a < b || a != a ? a : b; }

}  // namespace op
}  // namespace lepton
