// From the numbers in a kernel's arguments (element type, index of a formula) to C++ types.
#pragma once

#include <string>

#include "lepton/core/dtype.hpp"
#include "lepton/core/error.hpp"
#include "lepton/core/formula.hpp"

namespace lepton::kernels::cuda {

/// A type as a value, to hand it to a generic lambda.
template <class T> struct Tag { using type = T; };

/// Calls `f(Tag<T>{})` with the type of `dtype` among `T...`; throws naming `kernel` where it is not one.
template <class... T, class F> void with_dtype(const char* kernel, DType dtype, F f) {
  const bool found = ((dtype == dtype_of<T> ? (f(Tag<T>{}), true) : false) || ...);
  if (!found) throw Error(kernel, "no CUDA kernel for element type " + std::string(name_of(dtype)));
}

/// Calls `f(Tag<Op>{})` with the formula at place `index` of the list; throws naming `kernel` beyond its end.
template <class... Op, class F> void with_op(const char* kernel, TypeList<Op...>, unsigned index, F f) {
  unsigned i = 0;
  const bool found = ((i++ == index ? (f(Tag<Op>{}), true) : false) || ...);
  if (!found) throw Error(kernel, "no formula " + std::to_string(index));
}

/// Calls `f(Tag<U>{})` with the unsigned integer of `bytes` bytes; throws naming `kernel` for other sizes.
template <class F> void with_size(const char* kernel, std::size_t bytes, F f) {
  switch (bytes) {
    case 1: return f(Tag<std::uint8_t>{});
    case 2: return f(Tag<std::uint16_t>{});
    case 4: return f(Tag<std::uint32_t>{});
    case 8: return f(Tag<std::uint64_t>{});
    default: throw Error(kernel, "no CUDA kernel for elements of " + std::to_string(bytes) + " bytes");
  }
}

}  // namespace lepton::kernels::cuda
