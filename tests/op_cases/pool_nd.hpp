// Rows of pooling in one to three axes, of interpolation, and of pixels from channels.
#pragma once

#include <cmath>

#include "lepton/ops/interpolate.hpp"
#include "lepton/ops/pool.hpp"
#include "tests/op_cases/conv_nd.hpp"

namespace lepton::op_cases {

/// f(elements inside, size of the window) of each window of [N, C, ...].
template <class F> Array pooled(const Array& x, const Dims& kernel, const Sliding& s, F&& f) {
  Dims sizes, first{0, 0};
  for (int a = 0; a < kernel.rank(); ++a)
    sizes.push_back((x.size(a + 2) + 2 * s.padding[a] - kernel[a]) / s.stride[a] + 1);
  return generate(joined_dims(x.size(0), x.size(1), sizes), [&](const Dims& at) {
    std::vector<double> window;
    for_each_index(kernel, [&](const Dims& k) {
      Dims in = at;
      bool inside = true;
      for (int a = 0; a < k.rank(); ++a) {
        in[a + 2] = at[a + 2] * s.stride[a] - s.padding[a] + k[a];
        inside = inside && in[a + 2] >= 0 && in[a + 2] < x.size(a + 2);
      }
      if (inside) window.push_back(x(in));
    });
    return f(window, double(kernel.numel()));
  });
}

inline double largest_of(const std::vector<double>& v, double = 0) {
  return *std::max_element(v.begin(), v.end());
}

/// f of the elements that adaptive pooling to `sizes` joins.
template <class F> Array adaptively(const Array& x, const Dims& sizes, F&& f) {
  return generate(joined_dims(x.size(0), x.size(1), sizes), [&](const Dims& at) {
    Dims start, lengths;
    for (int a = 0; a < sizes.rank(); ++a) {
      const std::int64_t n = x.size(a + 2), i = at[a + 2];
      start.push_back(i * n / sizes[a]);
      lengths.push_back(((i + 1) * n + sizes[a] - 1) / sizes[a] - start[a]);
    }
    std::vector<double> window;
    for_each_index(lengths, [&](const Dims& k) {
      Dims in = at;
      for (int a = 0; a < k.rank(); ++a) in[a + 2] = start[a] + k[a];
      window.push_back(x(in));
    });
    return f(window);
  });
}

using OneTensor = std::function<Tensor(const Tensor&)>;

inline OpCase pool_row(std::string name, std::string op, OneTensor call,
                       std::function<Array(const Array&)> reference, std::vector<Inputs> inputs,
                       Inputs large) {
  OpCase row{.name = std::move(name),
             .op = op,
             .call = [call](const Tensors& x) { return call(x[0]); },
             .reference = [reference](const Arrays& x) { return reference(x[0]); },
             .inputs = std::move(inputs),
             .wrong = {LEPTON_FAILS("[" + op + "] needs [N, C, ", call(zeros({2, 2}))),
                       LEPTON_FAILS("[" + op + "] computes with f32 and f64, not i32",
                                    call(zeros({1, 1, 4, 4}, {.dtype = i32})))},
             .large = std::move(large)};
  return row;
}

inline OpCases pool_nd_cases() {
  const Sliding one{{2}, {1}, {1}}, plain{{2}, {0}, {1}}, two{{2, 1}, {1, 0}, {1, 1}},
      three{{1, 2, 2}, {1, 0, 1}, {1, 1, 1}};
  const auto mean_all = [](const std::vector<double>& v, double n) { return sum_of(v) / n; };
  const auto mean_inside = [](const std::vector<double>& v, double) { return mean_of(v); };
  const auto cubes = [](const std::vector<double>& v, double) {
    double sum = 0;
    for (const double e : v) sum += e * e * e;
    return std::cbrt(sum);
  };
  return {
      pool_row(
          "max_pool1d", "max_pool1d", [](const Tensor& x) { return max_pool1d(x, 3, 2, 1); },
          [=](const Array& x) { return pooled(x, {3}, one, largest_of); },
          {{distinct({2, 3, 6})}, {distinct({1, 2, 3})}}, {real({8, 32, 3000})}),
      pool_row(
          "max_pool3d", "max_pool3d",
          [](const Tensor& x) {
            return max_pool3d(x, {3, 2, 2}, {1, 2, 2}, {1, 0, 1});
          },
          [=](const Array& x) {
            return pooled(x, {3, 2, 2}, three, largest_of);
          },
          {{distinct({1, 2, 3, 4, 5})}}, {real({2, 8, 10, 40, 40})}),
      pool_row(
          "avg_pool1d", "avg_pool1d", [](const Tensor& x) { return avg_pool1d(x, 3, 2, 1); },
          [=](const Array& x) { return pooled(x, {3}, one, mean_all); },
          {{real({2, 3, 6})}, {real({0, 2, 3})}}, {real({8, 32, 3000})}),
      pool_row(
          "avg_pool2d", "avg_pool2d",
          [](const Tensor& x) {
            return avg_pool2d(x, {3, 2}, {2, 1}, {1, 0}, CountPadding::no);
          },
          [=](const Array& x) {
            return pooled(x, {3, 2}, two, mean_inside);
          },
          {{real({2, 3, 5, 4})}, {real({1, 9, 3, 3})}, {real({1, 1, 4, 4})}}, {real({8, 16, 56, 56})}),
      pool_row(
          "avg_pool3d", "avg_pool3d",
          [](const Tensor& x) {
            return avg_pool3d(x, {3, 2, 2}, {1, 2, 2}, {1, 0, 1}, CountPadding::no);
          },
          [=](const Array& x) {
            return pooled(x, {3, 2, 2}, three, mean_inside);
          },
          {{real({1, 2, 3, 4, 5})}}, {real({2, 8, 10, 40, 40})}),
      pool_row(
          "lp_pool1d", "lp_pool1d", [](const Tensor& x) { return lp_pool1d(x, 3, 2, 2); },
          [=](const Array& x) { return pooled(x, {2}, plain, cubes); }, {{real({2, 3, 6}, 0.5, 2)}},
          {real({8, 32, 3000}, 0.5, 2)}),
      pool_row(
          "lp_pool2d", "lp_pool2d", [](const Tensor& x) { return lp_pool2d(x, 3, 2); },
          [=](const Array& x) {
            return pooled(x, {2, 2}, {{2, 2}, {0, 0}, {1, 1}}, cubes);
          },
          {{real({2, 3, 4, 5}, 0.5, 2)}}, {real({8, 16, 56, 56}, 0.5, 2)}),
      pool_row(
          "adaptive_avg_pool1d", "adaptive_avg_pool1d",
          [](const Tensor& x) { return adaptive_avg_pool1d(x, 3); },
          [](const Array& x) { return adaptively(x, {3}, mean_of); },
          {{real({2, 3, 7})}, {real({1, 2, 2})}, {real({1, 2, 3})}}, {real({8, 32, 3000})}),
      pool_row(
          "adaptive_avg_pool2d", "adaptive_avg_pool2d",
          [](const Tensor& x) {
            return adaptive_avg_pool2d(x, {3, 1});
          },
          [](const Array& x) {
            return adaptively(x, {3, 1}, mean_of);
          },
          {{real({2, 3, 5, 4})}, {real({1, 2, 6, 3})}}, {real({8, 16, 56, 56})}),
      pool_row(
          "adaptive_avg_pool3d", "adaptive_avg_pool3d",
          [](const Tensor& x) {
            return adaptive_avg_pool3d(x, {2, 3, 2});
          },
          [](const Array& x) {
            return adaptively(x, {2, 3, 2}, mean_of);
          },
          {{real({1, 2, 3, 4, 2})}}, {real({2, 8, 11, 40, 41})}),
      pool_row(
          "adaptive_max_pool1d", "adaptive_max_pool1d",
          [](const Tensor& x) { return adaptive_max_pool1d(x, 3); },
          [](const Array& x) { return adaptively(x, {3}, [](const auto& v) { return largest_of(v); }); },
          {{distinct({2, 3, 7})}, {distinct({1, 2, 2})}}, {}),
      pool_row(
          "adaptive_max_pool2d", "adaptive_max_pool2d",
          [](const Tensor& x) {
            return adaptive_max_pool2d(x, {3, 1});
          },
          [](const Array& x) {
            return adaptively(x, {3, 1}, [](const auto& v) { return largest_of(v); });
          },
          {{distinct({2, 3, 5, 4})}}, {}),
      pool_row(
          "adaptive_max_pool3d", "adaptive_max_pool3d",
          [](const Tensor& x) {
            return adaptive_max_pool3d(x, {2, 3, 2});
          },
          [](const Array& x) {
            return adaptively(x, {2, 3, 2}, [](const auto& v) { return largest_of(v); });
          },
          {{distinct({1, 2, 3, 4, 2})}}, {}),
  };
}

inline OpCases interpolate_cases() {
  const auto doubled = [](const Array& x) {  // each pixel twice along each axis
    return generate({x.size(0), x.size(1), 2 * x.size(2), 2 * x.size(3)}, [&](const Dims& at) {
      return x({at[0], at[1], at[2] / 2, at[3] / 2});
    });
  };
  const auto between = [](const Array& x) {  // from n to 2 n - 1 elements, corners aligned
    return generate({x.size(0), x.size(1), 2 * x.size(2) - 1}, [&](const Dims& at) {
      return (x({at[0], at[1], at[2] / 2}) + x({at[0], at[1], (at[2] + 1) / 2})) / 2;
    });
  };
  return {
      {.name = "interpolate",
       .op = "interpolate",
       .call = [](const Tensors& x) { return interpolate(x[0], {.scale_factor = 2}); },
       .reference = [=](const Arrays& x) { return doubled(x[0]); },
       .inputs = {{real({2, 3, 2, 3})}, {real({1, 1, 1, 4})}},
       .wrong = {LEPTON_FAILS("[interpolate] needs either a size or a scale_factor",
                              interpolate(zeros({1, 1, 2}), {})),
                 LEPTON_FAILS("[interpolate] size [2] does not fit the axes of [1, 1, 2, 2]",
                              interpolate(zeros({1, 1, 2, 2}), {.size = {2}})),
                 LEPTON_FAILS(
                     "[interpolate] bicubic is for [N, C, H, W]",
                     interpolate(zeros({1, 1, 2}), {.scale_factor = 2, .mode = Interpolation::bicubic}))},
       .large = {real({4, 8, 40, 40})}},
      {.name = "interpolate_linear",
       .op = "interpolate",
       .call =
           [](const Tensors& x) {
             return interpolate(x[0], {.size = {x[0].rank() > 0 ? 2 * x[0].shape().back() - 1 : 1},
                                       .mode = Interpolation::linear,
                                       .align_corners = true});
           },
       .reference = [=](const Arrays& x) { return between(x[0]); },
       .inputs = {{real({2, 3, 4})}, {real({1, 1, 2})}},
       .large = {real({4, 32, 1001})}},
      {.name = "pixel_shuffle",
       .op = "pixel_shuffle",
       .call = [](const Tensors& x) { return pixel_shuffle(x[0], 2); },
       .reference =
           [](const Arrays& x) {
             return generate(
                 {x[0].size(0), x[0].size(1) / 4, 2 * x[0].size(2), 2 * x[0].size(3)}, [&](const Dims& at) {
                   return x[0]({at[0], at[1] * 4 + at[2] % 2 * 2 + at[3] % 2, at[2] / 2, at[3] / 2});
                 });
           },
       .inputs = {{real({2, 8, 2, 3})}, {real({0, 4, 1, 1})}},
       .wrong = {LEPTON_FAILS("[pixel_shuffle] needs [N, C r^2, H, W] with r 2, got [1, 3, 2, 2]",
                              pixel_shuffle(zeros({1, 3, 2, 2}), 2))},
       .large = {real({8, 16, 50, 50})},
       .dtypes = kAnyDType},
      {.name = "pixel_unshuffle",
       .op = "pixel_unshuffle",
       .call = [](const Tensors& x) { return pixel_unshuffle(x[0], 2); },
       .reference =
           [](const Arrays& x) {
             return generate(
                 {x[0].size(0), 4 * x[0].size(1), x[0].size(2) / 2, x[0].size(3) / 2}, [&](const Dims& at) {
                   return x[0]({at[0], at[1] / 4, at[2] * 2 + at[1] % 4 / 2, at[3] * 2 + at[1] % 2});
                 });
           },
       .inputs = {{real({2, 3, 4, 2})}},
       .wrong = {LEPTON_FAILS("[pixel_unshuffle] needs [N, C, H r, W r] with r 2, got [1, 3, 3, 2]",
                              pixel_unshuffle(zeros({1, 3, 3, 2}), 2))},
       .large = {real({8, 4, 100, 100})},
       .dtypes = kAnyDType},
  };
}

}  // namespace lepton::op_cases
