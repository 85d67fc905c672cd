// What stands beyond the edges of a tensor, and how much of it.
#pragma once

#include <cstdint>

namespace lepton {

/// Elements before and behind those of an axis; negative ones are cut off.
struct Sides {
  std::int64_t before = 0, after = 0;
};

enum class PadMode : std::uint8_t {
  constant,   ///< a value; zeros, where a convolution is concerned
  reflect,    ///< c b | a b c | b a: at most size - 1
  replicate,  ///< a a | a b c | c c
  circular    ///< b c | a b c | a b: at most size
};

/// As a convolution's padding: as much as keeps the sizes, on the far side one more where that is odd. For strides of
/// 1.
inline constexpr std::int64_t kSame = INT64_MIN;

}  // namespace lepton
