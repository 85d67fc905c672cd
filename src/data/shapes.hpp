// The shapes of the synthetic pictures.
#pragma once

#include <cstddef>

namespace lepton::data {

/// A shape as its signed distance: negative inside, in units of the shape's radius, at a point in its own
/// coordinates, where it fills about [-1, 1] x [-1, 1].
struct NamedShape {
  const char* name;
  double (*distance)(double x, double y);
};

inline constexpr std::size_t kShapeCount = 10;
extern const NamedShape kShapes[kShapeCount];

}  // namespace lepton::data
