// Element types, their sizes and names, and how two of them combine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lepton/core/export.hpp"

namespace lepton {

/// Type of a tensor's elements.
enum class DType : std::uint8_t { f32, f64, f16, bf16, i8, u8, i32, i64, boolean };

inline constexpr DType f32 = DType::f32;
inline constexpr DType f64 = DType::f64;
inline constexpr DType f16 = DType::f16;
inline constexpr DType bf16 = DType::bf16;
inline constexpr DType i8 = DType::i8;
inline constexpr DType u8 = DType::u8;
inline constexpr DType i32 = DType::i32;
inline constexpr DType i64 = DType::i64;
inline constexpr DType boolean = DType::boolean;

/// Bytes an element takes.
constexpr std::size_t size_of(DType t) {
  switch (t) {
    case DType::f64:
    case DType::i64: return 8;
    case DType::f32:
    case DType::i32: return 4;
    case DType::f16:
    case DType::bf16: return 2;
    default: return 1;
  }
}

constexpr bool is_floating(DType t) { return t <= DType::bf16; }
constexpr bool is_integral(DType t) { return t > DType::bf16 && t < DType::boolean; }

/// The name as it is written in code: "f32", "boolean".
LEPTON_API std::string_view name_of(DType t);

/// Type of the result of an operation on `a` and `b`, as in PyTorch: floating beats integral beats
/// boolean; within a kind the wider wins; f16 with bf16 gives f32, u8 with i8 gives i32.
LEPTON_API DType promote(DType a, DType b);

/// DType of a C++ type; only the types listed here have one.
template <class T> struct DTypeOf;
template <> struct DTypeOf<float> { static constexpr DType value = f32; };
template <> struct DTypeOf<double> { static constexpr DType value = f64; };
template <> struct DTypeOf<std::int8_t> { static constexpr DType value = i8; };
template <> struct DTypeOf<std::uint8_t> { static constexpr DType value = u8; };
template <> struct DTypeOf<std::int32_t> { static constexpr DType value = i32; };
template <> struct DTypeOf<std::int64_t> { static constexpr DType value = i64; };
template <> struct DTypeOf<bool> { static constexpr DType value = boolean; };
template <class T> inline constexpr DType dtype_of = DTypeOf<T>::value;

}  // namespace lepton
