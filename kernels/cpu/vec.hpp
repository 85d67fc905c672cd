// Vec<T>: a register full of T, with the operators and words that the formulas of ops/formula are written in.
//
// Built on the compilers' vector extensions, so that arithmetic is theirs and constants fold; intrinsics
// stand only where the extensions have no word. Elementary functions are in vmath.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/cpu/isa.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

template <class T> struct Mask;

/// kLanes values of T: float, double or an integer type.
template <class T> struct Vec {
  typedef T Raw __attribute__((vector_size(kBytes)));
  static constexpr int kLanes = kBytes / int(sizeof(T));
  Raw v;

  Vec() = default;
  LEPTON_INLINE Vec(Raw raw) : v(raw) {}
  /// Every lane holds `x`, converted to T. (x - 0 and not x + 0, which would lose the sign of -0.)
  template <class S>
    requires std::is_arithmetic_v<S>
  LEPTON_INLINE explicit Vec(S x) : v(T(x) - Raw{}) {}

  LEPTON_INLINE static Vec load(const T* p) {
    Vec r;
    __builtin_memcpy(&r.v, p, kBytes);
    return r;
  }
  LEPTON_INLINE void store(T* p) const { __builtin_memcpy(p, &v, kBytes); }

  /// The first `n` lanes, 0 <= n <= kLanes, come from memory, where nothing behind them is touched; the
  /// others are `fill` (integers that will be divisors want a 1).
  LEPTON_INLINE static Vec load_partial(const T* p, std::int64_t n, T fill = T(0));
  /// Writes the first `n` lanes, 0 <= n <= kLanes.
  LEPTON_INLINE void store_partial(T* p, std::int64_t n) const;

  LEPTON_INLINE T operator[](int lane) const { return v[lane]; }

  friend LEPTON_INLINE Vec operator+(Vec a, Vec b) { return a.v + b.v; }
  friend LEPTON_INLINE Vec operator-(Vec a, Vec b) { return a.v - b.v; }
  friend LEPTON_INLINE Vec operator*(Vec a, Vec b) { return a.v * b.v; }
  friend LEPTON_INLINE Vec operator/(Vec a, Vec b) { return a.v / b.v; }
  friend LEPTON_INLINE Vec operator-(Vec a) { return -a.v; }
  LEPTON_INLINE Vec& operator+=(Vec b) { return v += b.v, *this; }
  LEPTON_INLINE Vec& operator-=(Vec b) { return v -= b.v, *this; }
  LEPTON_INLINE Vec& operator*=(Vec b) { return v *= b.v, *this; }

  friend LEPTON_INLINE Mask<T> operator<(Vec a, Vec b) { return {a.v < b.v}; }
  friend LEPTON_INLINE Mask<T> operator>(Vec a, Vec b) { return {a.v > b.v}; }
  friend LEPTON_INLINE Mask<T> operator<=(Vec a, Vec b) { return {a.v <= b.v}; }
  friend LEPTON_INLINE Mask<T> operator>=(Vec a, Vec b) { return {a.v >= b.v}; }
  friend LEPTON_INLINE Mask<T> operator==(Vec a, Vec b) { return {a.v == b.v}; }
  friend LEPTON_INLINE Mask<T> operator!=(Vec a, Vec b) { return {a.v != b.v}; }
};

/// The answer of a comparison of two Vec<T>: in each lane all bits set, or none.
template <class T> struct Mask {
  static constexpr int kLanes = Vec<T>::kLanes;
  typedef decltype(typename Vec<T>::Raw{} < typename Vec<T>::Raw{}) Raw;
  typedef std::int8_t Bytes __attribute__((vector_size(kLanes)));
  Raw m;

  /// Writes the first `n` lanes as 0 or 1.
  LEPTON_INLINE void store_bool(bool* p, std::int64_t n = kLanes) const {
    const Bytes bytes = __builtin_convertvector(m, Bytes) & 1;
    if (n == kLanes) __builtin_memcpy(p, &bytes, kLanes);
    else __builtin_memcpy(p, &bytes, std::size_t(n));
  }
  /// Reads the first `n` lanes from bools; the others are false.
  LEPTON_INLINE static Mask load_bool(const bool* p, std::int64_t n = kLanes) {
    Bytes bytes{};
    if (n == kLanes) __builtin_memcpy(&bytes, p, kLanes);
    else __builtin_memcpy(&bytes, p, std::size_t(n));
    return {__builtin_convertvector(bytes, Raw) != 0};
  }

  friend LEPTON_INLINE Mask operator&(Mask a, Mask b) { return {a.m & b.m}; }
  friend LEPTON_INLINE Mask operator|(Mask a, Mask b) { return {a.m | b.m}; }
  friend LEPTON_INLINE Mask operator~(Mask a) { return {~a.m}; }
};

/// The same bits as lanes of another type.
template <class To, class From> LEPTON_INLINE Vec<To> bits_as(Vec<From> a) {
  return reinterpret_cast<typename Vec<To>::Raw>(a.v);
}

/// Each lane converted to another type of the same size, as static_cast does it.
template <class To, class From> LEPTON_INLINE Vec<To> convert(Vec<From> a) {
  return __builtin_convertvector(a.v, typename Vec<To>::Raw);
}

/// c ? a : b in each lane.
template <class T> LEPTON_INLINE Vec<T> select(Mask<T> c, Vec<T> a, Vec<T> b) { return c.m ? a.v : b.v; }

/// Whether any lane is true.
template <class T> LEPTON_INLINE bool any(Mask<T> c) {
  const auto bits = reinterpret_cast<IntRegister>(c.m);
#if LEPTON_AVX512
  return _mm512_movepi8_mask(bits) != 0;
#else
  return _mm256_movemask_epi8(bits) != 0;
#endif
}

/// a * b + c, rounded once where T is floating.
template <class T> LEPTON_INLINE Vec<T> fma(Vec<T> a, Vec<T> b, Vec<T> c) {
  if constexpr (std::is_same_v<T, float>) return LEPTON_MM(fmadd_ps)(a.v, b.v, c.v);
  else if constexpr (std::is_same_v<T, double>) return LEPTON_MM(fmadd_pd)(a.v, b.v, c.v);
  else return a * b + c;
}

/// The larger in each lane. NaN in either argument gives NaN: the instruction returns b where one is NaN.
template <class T> LEPTON_INLINE Vec<T> maximum(Vec<T> a, Vec<T> b) {
  if constexpr (std::is_same_v<T, float>) return select(a != a, a, Vec<T>(LEPTON_MM(max_ps)(a.v, b.v)));
  else if constexpr (std::is_same_v<T, double>) return select(a != a, a, Vec<T>(LEPTON_MM(max_pd)(a.v, b.v)));
  else return select(a > b, a, b);
}

/// The smaller in each lane. NaN in either argument gives NaN.
template <class T> LEPTON_INLINE Vec<T> minimum(Vec<T> a, Vec<T> b) {
  if constexpr (std::is_same_v<T, float>) return select(a != a, a, Vec<T>(LEPTON_MM(min_ps)(a.v, b.v)));
  else if constexpr (std::is_same_v<T, double>) return select(a != a, a, Vec<T>(LEPTON_MM(min_pd)(a.v, b.v)));
  else return select(a < b, a, b);
}

LEPTON_INLINE Vec<float> sqrt(Vec<float> a) { return LEPTON_MM(sqrt_ps)(a.v); }
LEPTON_INLINE Vec<double> sqrt(Vec<double> a) { return LEPTON_MM(sqrt_pd)(a.v); }

LEPTON_INLINE Vec<float> abs(Vec<float> a) {
  return bits_as<float>(Vec<std::int32_t>(bits_as<std::int32_t>(a).v & 0x7fffffff));
}
LEPTON_INLINE Vec<double> abs(Vec<double> a) {
  return bits_as<double>(Vec<std::int64_t>(bits_as<std::int64_t>(a).v & 0x7fffffffffffffff));
}
template <class T>
  requires std::is_integral_v<T>
LEPTON_INLINE Vec<T> abs(Vec<T> a) {
  if constexpr (std::is_signed_v<T>) return select(a < Vec<T>(0), -a, a);
  else return a;
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA

#include "kernels/cpu/vec_partial.hpp"
#include "kernels/cpu/vec_reduce.hpp"
