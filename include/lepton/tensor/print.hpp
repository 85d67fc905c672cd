// Tensors as text.
#pragma once

#include <iosfwd>
#include <string>

#include "lepton/tensor/tensor.hpp"

namespace lepton {

/// As PyTorch prints by default.
struct PrintOptions {
  int precision = 4;              ///< digits behind the point
  std::int64_t threshold = 1000;  ///< tensors with more elements are summarised,
  std::int64_t edge = 3;          ///< to so many at either end of each axis
  int width = 80;                 ///< columns of a line
};

/// "tensor([[1., 2.],\n        [3., 4.]])", with the type where it is not f32, i64 or boolean. Copies to the host.
LEPTON_API std::string to_string(const Tensor& x, const PrintOptions& options = {});
LEPTON_API std::ostream& operator<<(std::ostream& out, const Tensor& x);

}  // namespace lepton
