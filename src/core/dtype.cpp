// Names and promotion of element types.
#include "lepton/core/dtype.hpp"

#include <algorithm>

namespace lepton {

std::string_view name_of(DType t) {
  constexpr std::string_view kNames[] = {"f32", "f64", "f16", "bf16", "i8", "u8", "i32", "i64", "boolean"};
  return kNames[static_cast<int>(t)];
}

DType promote(DType a, DType b) {
  if (a == b) return a;
  if (is_floating(a) != is_floating(b)) return is_floating(a) ? a : b;
  if (is_floating(a)) return a == f64 || b == f64 ? f64 : f32;
  if (a == boolean) return b;
  if (b == boolean) return a;
  if (size_of(a) == size_of(b)) return i32;  // u8 with i8
  return size_of(a) > size_of(b) ? a : b;
}

}  // namespace lepton
