// What a reduction computes: its running state, how two states combine, and the result of the last one.
//
// `combine` is commutative, so that the butterfly of a warp gives every lane the same bits.
#pragma once

#include <limits>

#include "kernels/cuda/gpu.hpp"
#include "lepton/core/formula.hpp"

namespace lepton::kernels::cuda {

/// Sums of f32 run in f64: a reduction waits for memory, and a long sum in f32 loses digits.
template <class T> struct SumType { using type = T; };
template <> struct SumType<float> { using type = double; };

/// Below and above every value, infinities included.
template <class T> inline constexpr T kLowest = std::numeric_limits<T>::lowest();
template <> inline constexpr float kLowest<float> = -std::numeric_limits<float>::infinity();
template <> inline constexpr double kLowest<double> = -std::numeric_limits<double>::infinity();
template <class T> inline constexpr T kHighest = std::numeric_limits<T>::max();
template <> inline constexpr float kHighest<float> = std::numeric_limits<float>::infinity();
template <> inline constexpr double kHighest<double> = std::numeric_limits<double>::infinity();

template <class T> struct Sum {
  using Input = T;
  using Output = T;
  using State = typename SumType<T>::type;
  __device__ static State empty() { return State(0); }
  __device__ static State element(T x, std::int64_t) { return State(x); }
  __device__ static State combine(State a, State b) { return a + b; }
  __device__ static T result(State s, std::int64_t) { return T(s); }
};

template <class T> struct Mean : Sum<T> {
  __device__ static T result(typename Sum<T>::State s, std::int64_t count) {
    return T(s / typename Sum<T>::State(count));
  }
};

template <class T> struct Max {
  using Input = T;
  using Output = T;
  using State = T;
  __device__ static T empty() { return kLowest<T>; }
  __device__ static T element(T x, std::int64_t) { return x; }
  __device__ static T combine(T a, T b) {
    if constexpr (std::is_integral_v<T>) return a > b ? a : b;
    else return op::maximum(a, b);  // NaN wins
  }
  __device__ static T result(T s, std::int64_t) { return s; }
};

template <class T> struct Min : Max<T> {
  __device__ static T empty() { return kHighest<T>; }
  __device__ static T combine(T a, T b) {
    if constexpr (std::is_integral_v<T>) return a < b ? a : b;
    else return op::minimum(a, b);
  }
};

/// A value and where it was.
template <class T> struct Found {
  T value;
  std::int64_t index;
};

/// The first index of the largest value; NaN counts as largest.
template <class T> struct ArgMax {
  using Input = T;
  using Output = std::int64_t;
  using State = Found<T>;
  __device__ static State empty() { return {kLowest<T>, kHighest<std::int64_t>}; }
  __device__ static State element(T x, std::int64_t i) { return {x, i}; }
  __device__ static State combine(State a, State b) { return before(a, b) ? a : b; }
  __device__ static std::int64_t result(State s, std::int64_t) { return s.index; }

 private:
  __device__ static bool before(State a, State b) {
    const bool a_nan = a.value != a.value, b_nan = b.value != b.value;
    if (a_nan != b_nan) return a_nan;
    if (!a_nan && a.value != b.value) return a.value > b.value;
    return a.index < b.index;
  }
};

/// The state of the lane whose number differs from this one's in the bits of `bits`.
template <class S> __device__ inline S from_lane(S state, int bits) {
  return __shfl_xor_sync(0xffffffffu, state, bits);
}
template <class T> __device__ inline Found<T> from_lane(Found<T> state, int bits) {
  return {from_lane(state.value, bits), from_lane(state.index, bits)};
}

/// All 32 lanes' states combined, in every lane.
template <class R> __device__ inline typename R::State reduce_warp(typename R::State state) {
  for (int bits = 16; bits > 0; bits /= 2) state = R::combine(state, from_lane(state, bits));
  return state;
}

}  // namespace lepton::kernels::cuda
