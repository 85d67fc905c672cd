// Convolution layers against PyTorch: layers/convs.py made the file.
#include "lepton/nn/conv2d.hpp"
#include "lepton/nn/conv_nd.hpp"
#include "lepton/nn/conv_transpose.hpp"
#include "tests/golden/layers.hpp"

namespace lepton::golden {
namespace {

template <class M> Entry convs(const std::string& name, std::int64_t kernel) {
  using enum PadMode;
  return {
      name,
      {layer(M({.in = 4, .out = 6, .kernel = kernel})),
       layer(M({.in = 4, .out = 6, .kernel = kernel, .stride = 2, .padding = 1})),
       layer(M({.in = 4, .out = 6, .kernel = kernel, .padding = 2, .dilation = 2, .bias = false})),
       layer(M({.in = 4, .out = 6, .kernel = kernel, .padding = 1, .groups = 2})),
       layer(M({.in = 4, .out = 6, .kernel = kernel, .padding = 1, .padding_mode = reflect})),
       layer(M({.in = 4, .out = 6, .kernel = kernel, .stride = 2, .padding = 2, .padding_mode = replicate})),
       layer(M({.in = 4, .out = 6, .kernel = kernel, .padding = 1, .padding_mode = circular})),
       layer(M({.in = 4, .out = 6, .kernel = kernel, .padding = kSame})),
       layer(M({.in = 4, .out = 6, .kernel = 2, .padding = kSame})),
       layer(M({.in = 4, .out = 6, .kernel = kernel, .padding = kSame, .dilation = 2, .groups = 2})),
       layer(M({.in = 4, .out = 6, .kernel = 2, .padding = kSame, .dilation = 3, .padding_mode = replicate})),
       layer(M({.in = 4, .out = 6, .kernel = 2, .padding = kSame, .padding_mode = reflect}))}};
}

template <class M> Entry transposed(const std::string& name, std::int64_t kernel) {
  return {name,
          {layer(M({.in = 4, .out = 6, .kernel = kernel})),
           layer(M({.in = 4, .out = 6, .kernel = kernel, .stride = 2, .padding = 1})),
           layer(M({.in = 4, .out = 6, .kernel = kernel, .stride = 2, .output_padding = 1, .bias = false})),
           layer(M({.in = 4, .out = 6, .kernel = kernel, .groups = 2, .dilation = 2})),
           layer(M({.in = 4,
                    .out = 6,
                    .kernel = kernel,
                    .stride = 3,
                    .padding = 1,
                    .output_padding = 1,
                    .dilation = 2}))}};
}

TEST(Layers, Convolutions) {
  expect_family("convs",
                {convs<nn::Conv1d>("Conv1d", 3), convs<nn::Conv2d>("Conv2d", 3),
                 convs<nn::Conv3d>("Conv3d", 2), transposed<nn::ConvTranspose1d>("ConvTranspose1d", 3),
                 transposed<nn::ConvTranspose2d>("ConvTranspose2d", 3),
                 transposed<nn::ConvTranspose3d>("ConvTranspose3d", 2)});
}

TEST(Layers, ConvolutionPaddedOnOneSide) {
  const nn::Conv2d layer({.in = 2, .out = 3, .kernel = 2, .padding = 0, .padding_after = Pair(1, 1)});
  const Tensor x = noise({1, 2, 4, 5}, 1).to(f32);
  const Tensor whole = conv2d(x, layer.weight, layer.bias, {.padding = 1});
  EXPECT_TRUE(test::close(layer(x), whole.slice(2, 1).slice(3, 1), 1e-6));
}

}  // namespace
}  // namespace lepton::golden
