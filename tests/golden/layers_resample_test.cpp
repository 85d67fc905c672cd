// Other interpolations, and windows as columns, against PyTorch: layers/resample.py made the file.
#include "lepton/nn/pool.hpp"
#include "lepton/nn/unfold.hpp"
#include "tests/golden/layers.hpp"

namespace lepton::golden {
namespace {

using enum Interpolation;
using nn::Upsample;

/// The six layers of resample.py with a mode.
Entry upsamples(const std::string& name, Interpolation mode) {
  Entry entry{name, {}};
  for (InterpolateOptions o : {InterpolateOptions{.scale_factor = 2},
                               {.size = {7, 5}},
                               {.scale_factor = 1.5},
                               {.size = {3, 2, 5}},
                               {.size = {4}},
                               {.scale_factor = 0.6}}) {
    o.mode = mode;
    entry.cases.push_back(layer(Upsample(o)));
  }
  return entry;
}

Entry antialiased() {
  Entry entry{"interpolate_antialias", {}};
  for (const Interpolation mode : {linear, bicubic})
    for (InterpolateOptions o : {InterpolateOptions{.size = {3, 4}},
                                 {.scale_factor = 0.3},
                                 {.size = {7, 5}},
                                 {.size = {4, 8}},
                                 {.size = {2, 3}, .align_corners = true},
                                 {.scale_factor = {0.5, 0.25}}}) {
      o.mode = mode;
      o.antialias = true;
      entry.cases.push_back(layer(Upsample(o)));
    }
  return entry;
}

TEST(Layers, ResamplingInOtherWays) {
  const Entry by_axis{"Upsample_by_axis",
                      {layer(Upsample({.scale_factor = {2, 1.5}})),
                       layer(Upsample({.scale_factor = {0.5, 3}, .mode = linear})),
                       layer(Upsample({.scale_factor = {2, 1, 0.5}, .mode = linear})),
                       layer(Upsample({.scale_factor = {1.3, 1.7}, .mode = bicubic})),
                       layer(Upsample({.scale_factor = {0.5, 2}, .mode = nearest_exact})),
                       layer(Upsample({.scale_factor = {0.5, 1.5}, .mode = area}))}};
  expect_family("resample",
                {upsamples("Upsample_nearest_exact", nearest_exact), upsamples("Upsample_area", area),
                 by_axis, antialiased()},
                Rest::elsewhere);
}

TEST(Layers, WindowsAsColumns) {
  const std::pair<Pair, UnfoldOptions> settings[] = {
      {{5, 6}, {.kernel = 3}},
      {{4, 5}, {.kernel = {2, 3}, .padding = 1}},
      {{7, 6}, {.kernel = 2, .stride = {2, 3}}},
      {{6, 7}, {.kernel = 2, .dilation = {2, 3}}},
      {{6, 6}, {.kernel = 3, .dilation = 2, .padding = {2, 1}, .stride = 2}}};
  Entry unfolds{"Unfold", {}}, folds{"Fold", {}};
  for (const auto& [size, o] : settings) {
    unfolds.cases.push_back(layer(nn::Unfold(o)));
    folds.cases.push_back(layer(nn::Fold(size, o)));
  }
  expect_family("resample", {unfolds, folds}, Rest::elsewhere);
}

}  // namespace
}  // namespace lepton::golden
