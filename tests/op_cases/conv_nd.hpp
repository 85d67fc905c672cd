// Rows of convolution along one and three axes, and of transposed convolution.
#pragma once

#include "lepton/ops/conv_nd.hpp"
#include "lepton/ops/conv_transpose.hpp"
#include "tests/op_cases/case.hpp"

namespace lepton::op_cases {

/// Sizes along the spatial axes.
struct Sliding {
  Dims stride, padding, dilation;
  std::int64_t groups = 1;
};

/// f(n, group, place in the picture, place of the kernel, place of the result) for all that meet, of a picture of sizes
/// [N, C, ...] and kernel and result of these spatial sizes.
template <class F>
void for_meetings(const Shape& picture, const Dims& kernel, const Dims& result, const Sliding& s, F&& f) {
  for_each_index(result, [&](const Dims& out) {
    for_each_index(kernel, [&](const Dims& k) {
      Dims in = out;
      bool inside = true;
      for (int a = 0; a < k.rank(); ++a) {
        in[a] = out[a] * s.stride[a] - s.padding[a] + k[a] * s.dilation[a];
        inside = inside && in[a] >= 0 && in[a] < picture[a + 2];
      }
      if (inside) f(in, k, out);
    });
  });
}

inline Dims spatial(const Shape& shape) {
  Dims sizes;
  for (int i = 2; i < shape.rank(); ++i) sizes.push_back(shape[i]);
  return sizes;
}
inline Dims joined_dims(std::int64_t a, std::int64_t b, const Dims& rest) {
  Dims all{a, b};
  for (const std::int64_t n : rest) all.push_back(n);
  return all;
}

/// x [N, C, ...] with w [out, C / groups, ...]; `bias` may be null.
inline Array convolved(const Array& x, const Array& w, const Array* bias, const Sliding& s) {
  Dims sizes;
  for (int a = 0; a + 2 < x.shape.rank(); ++a)
    sizes.push_back(
        (x.size(a + 2) + 2 * s.padding[a] - s.dilation[a] * (w.size(a + 2) - 1) - 1) / s.stride[a] + 1);
  Array y(joined_dims(x.size(0), w.size(0), sizes));
  for_each_index(y.shape, [&](const Dims& at) { y(at) = bias ? (*bias)({at[1]}) : 0; });
  const std::int64_t per_group = w.size(0) / s.groups;
  for_meetings(x.shape, spatial(w.shape), sizes, s, [&](const Dims& in, const Dims& k, const Dims& out) {
    for (std::int64_t n = 0; n < x.size(0); ++n)
      for (std::int64_t o = 0; o < w.size(0); ++o)
        for (std::int64_t c = 0; c < w.size(1); ++c)
          y(joined_dims(n, o, out)) +=
              x(joined_dims(n, o / per_group * w.size(1) + c, in)) * w(joined_dims(o, c, k));
  });
  return y;
}

/// x [N, C, ...] with w [C, out / groups, ...], the result's spatial sizes given by `extra`.
inline Array transposed_convolved(const Array& x, const Array& w, const Array* bias, const Sliding& s,
                                  const Dims& extra) {
  Dims sizes;
  for (int a = 0; a + 2 < x.shape.rank(); ++a)
    sizes.push_back((x.size(a + 2) - 1) * s.stride[a] - 2 * s.padding[a] +
                    s.dilation[a] * (w.size(a + 2) - 1) + extra[a] + 1);
  Array y(joined_dims(x.size(0), w.size(1) * s.groups, sizes));
  for_each_index(y.shape, [&](const Dims& at) { y(at) = bias ? (*bias)({at[1]}) : 0; });
  const std::int64_t per_group = x.size(1) / s.groups;
  for_meetings(y.shape, spatial(w.shape), spatial(x.shape), s,
               [&](const Dims& in, const Dims& k, const Dims& out) {
                 for (std::int64_t n = 0; n < x.size(0); ++n)
                   for (std::int64_t c = 0; c < x.size(1); ++c)
                     for (std::int64_t o = 0; o < w.size(1); ++o)
                       y(joined_dims(n, c / per_group * w.size(1) + o, in)) +=
                           x(joined_dims(n, c, out)) * w(joined_dims(c, o, k));
               });
  return y;
}

/// A row whose third argument, if any, is the bias.
template <class Call>
OpCase sliding_case(std::string name, std::string op, Call call,
                    std::function<Array(const Arrays&, const Array*)> reference, std::vector<Inputs> inputs,
                    Inputs large, std::vector<Wrong> wrong) {
  return {.name = std::move(name),
          .op = std::move(op),
          .call = [call](const Tensors& x) { return call(x[0], x[1], x.size() > 2 ? x[2] : Tensor()); },
          .reference = [reference](const Arrays& x) { return reference(x, x.size() > 2 ? &x[2] : nullptr); },
          .inputs = std::move(inputs),
          .wrong = std::move(wrong),
          .large = std::move(large),
          .f32_tolerance = 2e-5};
}

inline OpCases conv_nd_cases() {
  return {
      sliding_case(
          "conv1d", "conv1d",
          [](const Tensor& x, const Tensor& w, const Tensor& b) {
            return conv1d(x, w, b, {.stride = 2, .padding = 1, .dilation = 2});
          },
          [](const Arrays& x, const Array* b) {
            return convolved(x[0], x[1], b, {{2}, {1}, {2}});
          },
          {{real({2, 3, 9}), real({4, 3, 3}), real({4})}, {real({1, 2, 6}), real({3, 2, 2})}},
          {real({8, 16, 2000}), real({16, 16, 3}), real({16})},
          {LEPTON_FAILS("[conv1d] needs input and weight with 3 axes; got input [2, 3]",
                        conv1d(zeros({2, 3}), zeros({1, 3, 2}))),
           LEPTON_FAILS("[conv1d] channels do not fit", conv1d(zeros({2, 3, 5}), zeros({1, 2, 2}))),
           LEPTON_FAILS("[conv1d] types differ",
                        conv1d(zeros({2, 3, 5}), zeros({1, 3, 2}, {.dtype = f64})))}),
      sliding_case(
          "conv1d_groups", "conv1d",
          [](const Tensor& x, const Tensor& w, const Tensor& b) { return conv1d(x, w, b, {.groups = 2}); },
          [](const Arrays& x, const Array* b) {
            return convolved(x[0], x[1], b, {{1}, {0}, {1}, 2});
          },
          {{real({2, 4, 6}), real({6, 2, 3}), real({6})}}, {}, {}),
      sliding_case(
          "conv3d", "conv3d",
          [](const Tensor& x, const Tensor& w, const Tensor& b) {
            return conv3d(x, w, b, {.stride = {2, 1, 1}, .padding = {1, 0, 1}, .dilation = {1, 1, 2}});
          },
          [](const Arrays& x, const Array* b) {
            return convolved(x[0], x[1], b, {{2, 1, 1}, {1, 0, 1}, {1, 1, 2}});
          },
          {{real({2, 2, 4, 3, 4}), real({3, 2, 2, 2, 2}), real({3})},
           {real({1, 1, 3, 2, 3}), real({2, 1, 3, 1, 2})}},
          {real({2, 8, 10, 20, 20}), real({8, 8, 3, 3, 3}), real({8})},
          {LEPTON_FAILS("[conv3d] needs input and weight with 5 axes",
                        conv3d(zeros({2, 3, 4, 4}), zeros({1, 3, 2, 2, 2}))),
           LEPTON_FAILS("[conv3d] the kernel does not fit into the volume",
                        conv3d(zeros({2, 3, 1, 4, 4}), zeros({1, 3, 2, 2, 2})))}),
      sliding_case(
          "conv3d_groups", "conv3d",
          [](const Tensor& x, const Tensor& w, const Tensor& b) {
            return conv3d(x, w, b, {.padding = 1, .dilation = {2, 1, 1}, .groups = 2});
          },
          [](const Arrays& x, const Array* b) {
            return convolved(x[0], x[1], b, {{1, 1, 1}, {1, 1, 1}, {2, 1, 1}, 2});
          },
          {{real({1, 4, 3, 2, 2}), real({2, 2, 2, 2, 1}), real({2})}}, {}, {}),
  };
}

inline OpCases conv_transpose_cases() {
  const auto wrong_of = [](const std::string& op, auto call) {
    return std::vector<Wrong>{LEPTON_FAILS("[" + op + "] needs input and weight with ",
                                           call(zeros({2, 3}), Tensor(zeros({3, 2})), Tensor()))};
  };
  const auto one = [](const Tensor& x, const Tensor& w, const Tensor& b) {
    return conv_transpose1d(x, w, b, {.stride = 2, .padding = 1, .output_padding = 1});
  };
  const auto two = [](const Tensor& x, const Tensor& w, const Tensor& b) {
    return conv_transpose2d(
        x, w, b, {.stride = {2, 1}, .padding = {1, 0}, .output_padding = {1, 0}, .dilation = {1, 2}});
  };
  const auto three = [](const Tensor& x, const Tensor& w, const Tensor& b) {
    return conv_transpose3d(x, w, b, {.stride = 2, .padding = {1, 0, 1}, .output_padding = {1, 0, 1}});
  };
  OpCases rows{
      sliding_case(
          "conv_transpose1d", "conv_transpose1d", one,
          [](const Arrays& x, const Array* b) {
            return transposed_convolved(x[0], x[1], b, {{2}, {1}, {1}}, {1});
          },
          {{real({2, 3, 5}), real({3, 4, 3}), real({4})}},
          {real({8, 16, 1000}), real({16, 16, 3}), real({16})}, wrong_of("conv_transpose1d", one)),
      sliding_case(
          "conv_transpose2d", "conv_transpose2d", two,
          [](const Arrays& x, const Array* b) {
            return transposed_convolved(x[0], x[1], b, {{2, 1}, {1, 0}, {1, 2}}, {1, 0});
          },
          {{real({2, 3, 4, 3}), real({3, 4, 3, 2}), real({4})}, {real({1, 1, 2, 2}), real({1, 2, 2, 2})}},
          {real({4, 16, 20, 20}), real({16, 16, 3, 3}), real({16})}, wrong_of("conv_transpose2d", two)),
      sliding_case(
          "conv_transpose2d_groups", "conv_transpose2d",
          [](const Tensor& x, const Tensor& w, const Tensor& b) {
            return conv_transpose2d(x, w, b, {.stride = 2, .groups = 2});
          },
          [](const Arrays& x, const Array* b) {
            return transposed_convolved(x[0], x[1], b, {{2, 2}, {0, 0}, {1, 1}, 2}, {0, 0});
          },
          {{real({2, 4, 3, 2}), real({4, 3, 2, 3}), real({6})}}, {},
          {LEPTON_FAILS("[conv_transpose2d] bias [3] does not fit weight [4, 2, 2, 2]",
                        conv_transpose2d(zeros({2, 4, 5, 5}), zeros({4, 2, 2, 2}), zeros({3}))),
           LEPTON_FAILS(
               "[conv_transpose2d] output_padding must be at least 0 and below stride or dilation",
               conv_transpose2d(zeros({2, 4, 5, 5}), zeros({4, 2, 2, 2}), {}, {.output_padding = 1})),
           LEPTON_FAILS("[conv_transpose2d] channels do not fit",
                        conv_transpose2d(zeros({2, 3, 5, 5}), zeros({4, 2, 2, 2})))}),
      sliding_case(
          "conv_transpose3d", "conv_transpose3d", three,
          [](const Arrays& x, const Array* b) {
            return transposed_convolved(x[0], x[1], b, {{2, 2, 2}, {1, 0, 1}, {1, 1, 1}}, {1, 0, 1});
          },
          {{real({1, 2, 3, 2, 2}), real({2, 3, 2, 2, 3}), real({3})}},
          {real({2, 8, 6, 10, 10}), real({8, 8, 3, 3, 3}), real({8})}, wrong_of("conv_transpose3d", three)),
      sliding_case(
          "conv_transpose3d_groups", "conv_transpose3d",
          [](const Tensor& x, const Tensor& w, const Tensor& b) {
            return conv_transpose3d(x, w, b, {.groups = 2, .dilation = {2, 1, 1}});
          },
          [](const Arrays& x, const Array* b) {
            return transposed_convolved(x[0], x[1], b, {{1, 1, 1}, {0, 0, 0}, {2, 1, 1}, 2}, {0, 0, 0});
          },
          {{real({1, 2, 2, 2, 2}), real({2, 2, 2, 1, 2}), real({4})}}, {}, {}),
  };
  return rows;
}

}  // namespace lepton::op_cases
