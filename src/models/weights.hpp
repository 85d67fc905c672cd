// First weights of the convolutional networks, as torchvision draws them.
#pragma once

#include <cmath>

#include "lepton/nn/conv2d.hpp"
#include "lepton/nn/init.hpp"

namespace lepton::models {

/// A convolution without bias, whose weight is normal with deviation sqrt(2 / fan_out), which keeps the size of
/// gradients through a relu (He et al. 2015). Padding keeps the picture's size at stride 1.
inline nn::Conv2d plain_conv(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride = 1,
                             std::int64_t groups = 1) {
  nn::Conv2d conv({.in = in,
                   .out = out,
                   .kernel = kernel,
                   .stride = stride,
                   .padding = kernel / 2,
                   .groups = groups,
                   .bias = false});
  nn::init::normal(conv.weight, 0, std::sqrt(2 / double(out * kernel * kernel)));
  return conv;
}

}  // namespace lepton::models
