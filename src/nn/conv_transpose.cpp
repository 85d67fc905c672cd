// The layers of transposed convolution.
#include "lepton/nn/conv_transpose.hpp"

#include "src/nn/conv_parameters.hpp"

namespace lepton::nn {
namespace {

/// The functions' options of a layer's.
template <class To, class From> To options_of(const From& o) {
  return {.stride = o.stride,
          .padding = o.padding,
          .output_padding = o.output_padding,
          .groups = o.groups,
          .dilation = o.dilation};
}

template <class Options>
void make(Parameter& weight, Parameter& bias, const Options& o, const Shape& kernel, const char* layer) {
  check_conv(o.in, o.out, o.groups, kernel, layer);
  make_conv_parameters(weight, bias, o.in, o.out / o.groups, kernel, o.out, o.bias);
}

}  // namespace

ConvTranspose1d::ConvTranspose1d(const ConvTranspose1dLayerOptions& o)
    : options_(options_of<ConvTranspose1dOptions>(o)) {
  make(weight, bias, o, {o.kernel}, "ConvTranspose1d");
}
ConvTranspose2d::ConvTranspose2d(const ConvTranspose2dLayerOptions& o)
    : options_(options_of<ConvTranspose2dOptions>(o)) {
  make(weight, bias, o, {o.kernel.h, o.kernel.w}, "ConvTranspose2d");
}
ConvTranspose3d::ConvTranspose3d(const ConvTranspose3dLayerOptions& o)
    : options_(options_of<ConvTranspose3dOptions>(o)) {
  make(weight, bias, o, {o.kernel.d, o.kernel.h, o.kernel.w}, "ConvTranspose3d");
}

}  // namespace lepton::nn
