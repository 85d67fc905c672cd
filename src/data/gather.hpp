// What the datasets share in putting batches together.
#pragma once

#include <cstdint>
#include <span>

namespace lepton::data {

/// Throws, naming `who`, where an index lies outside [0, size).
void check_indices(std::span<const std::int64_t> indices, std::int64_t size, const char* who);

/// Bytes to f32 in [0, 1]. Divided rather than multiplied by 1/255, so that the bits are PyTorch's.
inline void scale_pixels(const std::uint8_t* from, std::int64_t count, float* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = float(from[i]) / 255.0f;
}

}  // namespace lepton::data
