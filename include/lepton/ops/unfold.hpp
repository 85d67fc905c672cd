// Windows of pictures as columns, and columns added back into pictures.
#pragma once

#include "lepton/ops/conv.hpp"

namespace lepton {

struct UnfoldOptions {
  Pair kernel;
  Pair dilation = 1;  ///< distance between the kernel's elements
  Pair padding = 0;   ///< zeros on either side
  Pair stride = 1;
};
/// Each window of x as a column: [N, C, H, W] -> [N, C kh kw, OH OW], where OH and OW are as for conv2d. A matrix
/// product with a weight [out, C kh kw] makes it a convolution.
LEPTON_API Tensor unfold(const Tensor& x, const UnfoldOptions& options);
/// A picture of this size, [N, C kh kw, OH OW] -> [N, C, H, W]: each element the sum of what stands for it in the
/// columns, so that it is the gradient of `unfold`.
LEPTON_API Tensor fold(const Tensor& x, Pair size, const UnfoldOptions& options);

}  // namespace lepton
