// Pooling, resampling and other layers against PyTorch: layers/pools.py made the file.
#include "lepton/nn/bilinear.hpp"
#include "lepton/nn/conv2d.hpp"
#include "lepton/nn/conv_nd.hpp"
#include "lepton/nn/linear.hpp"
#include "lepton/nn/pool.hpp"
#include "lepton/nn/weight_norm.hpp"
#include "lepton/ops/cast.hpp"
#include "tests/golden/layers.hpp"

namespace lepton::golden {
namespace {

struct Window {
  std::int64_t kernel, stride, padding;
};
constexpr Window kWindows[] = {{2, 0, 0}, {3, 2, 1}, {2, 1, 1}, {3, 1, 0}, {4, 3, 2}};

template <class M> Entry max_pools(const std::string& name) {
  Entry entry{name, {}};
  for (const Window& w : kWindows) entry.cases.push_back(layer(M(w.kernel, w.stride, w.padding)));
  return entry;
}
template <class M> Entry avg_pools(const std::string& name) {
  Entry entry{name, {}};
  for (const Window& w : kWindows)
    for (const CountPadding count : {CountPadding::yes, CountPadding::no})
      entry.cases.push_back(layer(M(w.kernel, w.stride, w.padding, count)));
  return entry;
}
template <class M> Entry adaptive(const std::string& name) {
  Entry entry{name, {}};
  for (std::int64_t size = 1; size <= 5; ++size) entry.cases.push_back(layer(M(size)));
  return entry;
}
template <class M> Entry lp_pools(const std::string& name) {
  return {name, {layer(M(2, 2)), layer(M(1, 3, 2)), layer(M(3, 2, 1)), layer(M(2, 4, 2)), layer(M(1.5, 3))}};
}

TEST(Layers, Pooling) {
  Entry indices{"max_pool2d_indices", {}};
  for (const Window& w : kWindows)
    indices.cases.push_back(function([w](const std::vector<Tensor>& x) {
      return cast(max_pool2d_with_indices(x[0], w.kernel, w.stride, w.padding).second, x[0].dtype());
    }));
  expect_family("pools",
                {max_pools<nn::MaxPool1d>("MaxPool1d"), max_pools<nn::MaxPool2d>("MaxPool2d"),
                 max_pools<nn::MaxPool3d>("MaxPool3d"), avg_pools<nn::AvgPool1d>("AvgPool1d"),
                 avg_pools<nn::AvgPool2d>("AvgPool2d"), avg_pools<nn::AvgPool3d>("AvgPool3d"),
                 adaptive<nn::AdaptiveAvgPool1d>("AdaptiveAvgPool1d"),
                 adaptive<nn::AdaptiveAvgPool2d>("AdaptiveAvgPool2d"),
                 adaptive<nn::AdaptiveAvgPool3d>("AdaptiveAvgPool3d"),
                 adaptive<nn::AdaptiveMaxPool1d>("AdaptiveMaxPool1d"),
                 adaptive<nn::AdaptiveMaxPool2d>("AdaptiveMaxPool2d"),
                 adaptive<nn::AdaptiveMaxPool3d>("AdaptiveMaxPool3d"), lp_pools<nn::LPPool1d>("LPPool1d"),
                 lp_pools<nn::LPPool2d>("LPPool2d"), indices},
                Rest::elsewhere);
}

TEST(Layers, Resampling) {
  using nn::PixelShuffle, nn::PixelUnshuffle, nn::Upsample;
  Entry nearest{"Upsample_nearest",
                {layer(Upsample({.scale_factor = 2})), layer(Upsample({.size = {7, 5}})),
                 layer(Upsample({.scale_factor = 1.5})), layer(Upsample({.size = {3, 2, 5}})),
                 layer(Upsample({.size = {4}})), layer(Upsample({.scale_factor = 0.6}))}};
  Entry linear{"Upsample_linear", {}}, cubic{"Upsample_bicubic", {}};
  const auto add = [](Entry& entry, InterpolateOptions o, Interpolation mode, bool align) {
    o.mode = mode;
    o.align_corners = align;
    entry.cases.push_back(layer(Upsample(o)));
  };
  for (const bool align : {false, true}) {
    for (const InterpolateOptions& o : {InterpolateOptions{.scale_factor = 2},
                                        {.size = {7, 5}},
                                        {.scale_factor = 1.5},
                                        {.size = {3, 2, 5}},
                                        {.size = {2, 3}}})
      add(linear, o, Interpolation::linear, align);
    for (const InterpolateOptions& o :
         {InterpolateOptions{.size = {7, 5}}, {.scale_factor = 1.5}, {.size = {2, 3}}})
      add(cubic, o, Interpolation::bicubic, align);
  }
  Entry shuffle{"PixelShuffle", {}}, unshuffle{"PixelUnshuffle", {}};
  for (const std::int64_t r : {2, 3, 1, 2, 4}) {
    shuffle.cases.push_back(layer(PixelShuffle(r)));
    unshuffle.cases.push_back(layer(PixelUnshuffle(r)));
  }
  expect_family("pools", {nearest, linear, cubic, shuffle, unshuffle}, Rest::elsewhere);
}

/// A wrapper around the five layers of pools.py.
template <template <class> class Wrapper> Entry wrapped(const std::string& name) {
  const auto wrap = []<class Inner>(Inner inner) { return layer(Wrapper<Inner>(std::move(inner))); };
  return {name,
          {wrap(nn::Linear(4, 3)), wrap(nn::Linear({.in = 2, .out = 6, .bias = false})),
           wrap(nn::Conv1d({.in = 2, .out = 3, .kernel = 2})),
           wrap(nn::Conv2d({.in = 2, .out = 3, .kernel = 2, .stride = 2})),
           wrap(nn::Conv3d({.in = 1, .out = 2, .kernel = 2, .padding = 1}))}};
}

TEST(Layers, Others) {
  const auto bilinear = [](std::int64_t a, std::int64_t b, std::int64_t c, bool bias) {
    return layer(nn::Bilinear({.in1 = a, .in2 = b, .out = c, .bias = bias}));
  };
  expect_family("pools",
                {{"Bilinear",
                  {bilinear(3, 4, 2, true), bilinear(2, 2, 1, false), bilinear(1, 3, 4, true),
                   bilinear(4, 2, 3, true), bilinear(3, 3, 3, false)}},
                 wrapped<nn::WeightNorm>("WeightNorm"),
                 wrapped<nn::SpectralNorm>("SpectralNorm")},
                Rest::elsewhere);
}

}  // namespace
}  // namespace lepton::golden
