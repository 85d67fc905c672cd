// Rows of convolution and pooling.
#pragma once

#include <cmath>

#include "lepton/ops/conv.hpp"
#include "lepton/ops/pool.hpp"
#include "tests/op_cases/case.hpp"

namespace lepton::op_cases {

inline std::int64_t places(std::int64_t in, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                           std::int64_t dilation = 1) {
  return (in + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
}

/// Cross-correlation by seven loops.
inline Array correlate(const Arrays& x, const Conv2dOptions& o) {
  const Array &image = x[0], &weight = x[1];
  const std::int64_t per_group = weight.size(1), out_per_group = weight.size(0) / o.groups;
  const Shape shape{image.size(0), weight.size(0),
                    places(image.size(2), weight.size(2), o.stride.h, o.padding.h, o.dilation.h),
                    places(image.size(3), weight.size(3), o.stride.w, o.padding.w, o.dilation.w)};
  return generate(shape, [&](const Dims& at) {
    double total = x.size() > 2 ? x[2]({at[1]}) : 0;
    const std::int64_t first_channel = at[1] / out_per_group * per_group;
    for (std::int64_t c = 0; c < per_group; ++c)
      for (std::int64_t i = 0; i < weight.size(2); ++i)
        for (std::int64_t j = 0; j < weight.size(3); ++j) {
          const std::int64_t h = at[2] * o.stride.h - o.padding.h + i * o.dilation.h;
          const std::int64_t w = at[3] * o.stride.w - o.padding.w + j * o.dilation.w;
          if (h < 0 || w < 0 || h >= image.size(2) || w >= image.size(3)) continue;
          total += image({at[0], first_channel + c, h, w}) * weight({at[1], c, i, j});
        }
    return total;
  });
}

inline OpCase conv_case(std::string name, const Conv2dOptions& options, std::vector<Inputs> inputs,
                        Inputs large = {}) {
  return {
      .name = std::move(name),
      .op = "conv2d",
      .call =
          [options](const Tensors& x) { return conv2d(x[0], x[1], x.size() > 2 ? x[2] : Tensor(), options); },
      .reference = [options](const Arrays& x) { return correlate(x, options); },
      .inputs = std::move(inputs),
      .large = std::move(large)};
}

/// A kernel of 2 x 3 needs one row more below.
inline OpCase same_size_case() {
  OpCase row =
      conv_case("conv2d_same", {.padding = kSame}, {{real({2, 3, 4, 5}), real({4, 3, 2, 3}), real({4})}});
  row.reference = [](const Arrays& x) {
    Shape longer = x[0].shape;
    ++longer[2];
    const Array padded =
        generate(longer, [&](const Dims& at) { return at[2] < x[0].size(2) ? x[0](at) : 0; });
    return correlate({padded, x[1], x[2]}, {.padding = {0, 1}});
  };
  return row;
}

inline OpCases conv_cases() {
  OpCases rows{
      conv_case("conv2d", {},
                {{real({2, 3, 5, 6}), real({4, 3, 3, 3}), real({4})},
                 {real({2, 3, 4, 4}), real({5, 3, 1, 1}), real({5})},
                 {real({1, 1, 3, 3}), real({1, 1, 3, 3}), real({1})},
                 {real({0, 3, 5, 6}), real({4, 3, 3, 3}), real({4})}},
                {real({8, 16, 32, 32}), real({32, 16, 3, 3}), real({32})}),
      conv_case("conv2d_no_bias", {.padding = 1}, {{real({2, 2, 4, 5}), real({3, 2, 3, 3})}},
                {real({4, 32, 28, 28}), real({32, 32, 3, 3})}),
      conv_case("conv2d_strided", {.stride = 2, .padding = 1},
                {{real({2, 3, 7, 6}), real({4, 3, 3, 3}), real({4})}},
                {real({8, 16, 33, 33}), real({24, 16, 3, 3}), real({24})}),
      conv_case("conv2d_uneven", {.stride = {2, 1}, .padding = {0, 2}, .dilation = {1, 2}},
                {{real({1, 2, 6, 5}), real({3, 2, 2, 3}), real({3})}}),
      conv_case("conv2d_dilated", {.padding = 2, .dilation = 2},
                {{real({2, 2, 5, 6}), real({3, 2, 3, 3}), real({3})}},
                {real({4, 16, 28, 28}), real({16, 16, 3, 3}), real({16})}),
      conv_case("conv2d_groups", {.padding = 1, .groups = 2},
                {{real({2, 4, 4, 5}), real({6, 2, 3, 3}), real({6})}},
                {real({4, 32, 28, 28}), real({32, 16, 3, 3}), real({32})}),
      conv_case("conv2d_depthwise", {.stride = 2, .padding = 1, .groups = 3},
                {{real({2, 3, 6, 5}), real({3, 1, 3, 3}), real({3})},
                 {real({2, 3, 5, 5}), real({6, 1, 3, 3}), real({6})}},
                {real({8, 3, 112, 112}), real({3, 1, 3, 3}), real({3})}),
      same_size_case(),
  };
  rows[0].wrong = {
      LEPTON_FAILS("[conv2d] channels do not fit: input [2, 3, 5, 5], weight [4, 2, 3, 3]",
                   conv2d(zeros({2, 3, 5, 5}), zeros({4, 2, 3, 3}))),
      LEPTON_FAILS("[conv2d] needs [N, C, H, W] and [out, C, kh, kw]; got input [3, 5, 5]",
                   conv2d(zeros({3, 5, 5}), zeros({4, 3, 3, 3}))),
      LEPTON_FAILS("[conv2d] the kernel does not fit into the picture: input [2, 3, 2, 5]",
                   conv2d(zeros({2, 3, 2, 5}), zeros({4, 3, 3, 3}))),
      LEPTON_FAILS("[conv2d] bias [3] does not fit weight [4, 3, 3, 3]",
                   conv2d(zeros({2, 3, 5, 5}), zeros({4, 3, 3, 3}), zeros({3}))),
      LEPTON_FAILS("[conv2d] stride and dilation must be at least 1",
                   conv2d(zeros({2, 3, 5, 5}), zeros({4, 3, 3, 3}), {}, {.stride = 0})),
      LEPTON_FAILS("[conv2d] channels do not fit",
                   conv2d(zeros({2, 3, 5, 5}), zeros({4, 3, 3, 3}), {}, {.groups = 2})),
      LEPTON_FAILS("[conv2d] keeps sizes (kSame) with a stride of 1 only, not 2",
                   conv2d(zeros({2, 3, 5, 5}), zeros({4, 3, 3, 3}), {}, {.stride = 2, .padding = kSame})),
      LEPTON_FAILS("[conv2d] types differ", conv2d(zeros({2, 3, 5, 5}), zeros({4, 3, 3, 3}, {.dtype = f64}))),
      LEPTON_FAILS("[conv2d] computes with f32 and f64, not u8",
                   conv2d(zeros({2, 3, 5, 5}, {.dtype = u8}), zeros({4, 3, 3, 3})))};
  return rows;
}

inline Array largest_in_windows(const Array& x, Pair kernel, Pair stride, Pair padding) {
  const Shape shape{x.size(0), x.size(1), places(x.size(2), kernel.h, stride.h, padding.h),
                    places(x.size(3), kernel.w, stride.w, padding.w)};
  return generate(shape, [&](const Dims& at) {
    double top = -INFINITY;
    for (std::int64_t i = 0; i < kernel.h; ++i)
      for (std::int64_t j = 0; j < kernel.w; ++j) {
        const std::int64_t h = at[2] * stride.h - padding.h + i, w = at[3] * stride.w - padding.w + j;
        if (h >= 0 && w >= 0 && h < x.size(2) && w < x.size(3)) top = std::max(top, x({at[0], at[1], h, w}));
      }
    return top;
  });
}

inline OpCases pool_cases() {
  const auto row = [](std::string name, Pair kernel, Pair stride, Pair padding, std::vector<Inputs> inputs,
                      Inputs large) {
    const Pair step = stride.h == 0 ? kernel : stride;
    return OpCase{
        .name = std::move(name),
        .op = "max_pool2d",
        .call = [=](const Tensors& x) { return max_pool2d(x[0], kernel, stride, padding); },
        .reference = [=](const Arrays& x) { return largest_in_windows(x[0], kernel, step, padding); },
        .inputs = std::move(inputs),
        .large = std::move(large)};
  };
  OpCases rows{
      row("max_pool2d", 2, 0, 0,
          {{distinct({2, 3, 4, 6})}, {distinct({1, 2, 5, 3})}, {distinct({0, 2, 4, 4})}},
          {real({8, 32, 56, 56})}),
      row("max_pool2d_overlapping", 3, 2, 1, {{distinct({2, 3, 5, 6})}, {distinct({1, 9, 4, 4})}},
          {real({8, 20, 57, 56})}),
      row("max_pool2d_uneven", {3, 2}, {1, 2}, {1, 0}, {{distinct({2, 2, 4, 5})}}, {}),
  };
  rows[0].wrong = {
      LEPTON_FAILS("[max_pool2d] needs [N, C, H, W], got [3, 4, 4]", max_pool2d(zeros({3, 4, 4}), 2)),
      LEPTON_FAILS("[max_pool2d] the window does not fit: it reaches over 2 of 1 elements",
                   max_pool2d(zeros({1, 3, 4, 1}), 2)),
      LEPTON_FAILS("[max_pool2d] padding must lie between 0 and half the window",
                   max_pool2d(zeros({1, 3, 4, 4}), 2, 2, 2)),
      LEPTON_FAILS("[max_pool2d] needs a window of 1 to 256 elements", max_pool2d(zeros({1, 3, 4, 4}), 0)),
      LEPTON_FAILS("[max_pool2d] needs a window, a stride and a dilation of at least 1",
                   max_pool2d(zeros({1, 3, 4, 4}), 2, 2, 0, 0)),
      LEPTON_FAILS("[max_pool2d] a window has no element inside of 1",
                   max_pool2d(zeros({1, 3, 1, 4}), 2, 1, 1, {2, 1})),
      LEPTON_FAILS("[max_pool2d] computes with f32 and f64, not i32",
                   max_pool2d(zeros({1, 3, 4, 4}, {.dtype = i32}), 2))};
  return rows;
}

}  // namespace lepton::op_cases
