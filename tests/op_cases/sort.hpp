// Rows of order, and of elements by index along an axis.
#pragma once

#include <algorithm>
#include <numeric>

#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/gather.hpp"
#include "lepton/ops/sort.hpp"
#include "tests/op_cases/case.hpp"

namespace lepton::op_cases {

/// The elements of x along its last axis in order, or their places; the first k.
inline Array sorted_rows(const Array& x, bool descending, std::int64_t k, bool as_places) {
  Shape shape = x.shape;
  const std::int64_t n = shape.rank() > 0 ? shape.back() : 1, rows = n ? shape.numel() / n : 0;
  shape[shape.rank() - 1] = k;
  Array y(shape);
  for (std::int64_t r = 0; r < rows; ++r) {
    const double* const row = x.values.data() + r * n;
    std::vector<std::int64_t> order(std::size_t(n), 0);
    std::iota(order.begin(), order.end(), std::int64_t(0));
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
      return descending ? row[a] > row[b] : row[a] < row[b];
    });
    for (std::int64_t i = 0; i < k; ++i)
      y.values[std::size_t(r * k + i)] =
          as_places ? double(order[std::size_t(i)]) : row[order[std::size_t(i)]];
  }
  return y;
}

inline OpCases sort_cases() {
  const auto row = [](std::string name, std::string op, Tensor (*call)(const Tensor&), bool descending,
                      std::int64_t k, bool as_places, std::vector<Wrong> wrong) {
    return OpCase{.name = std::move(name),
                  .op = std::move(op),
                  .call = [call](const Tensors& x) { return call(x[0]); },
                  .reference =
                      [=](const Arrays& x) {
                        return sorted_rows(x[0], descending, k >= 0 ? k : x[0].shape.rank() > 0 ? x[0].shape.back() : 1, as_places);
                      },
                  .inputs = {{distinct({3, 6})}, {distinct({5})}, {distinct({2, 2, 4})}, {distinct({0, 4})}},
                  .derivatives = as_places ? 0 : 2,
                  .wrong = std::move(wrong),
                  .large = {real({300, 500})},
                  .dtypes = {f16, bf16, i8, u8, i32, i64}};
  };
  const Tensor matrix = zeros({2, 3});
  return {
      row("argsort", "argsort", +[](const Tensor& x) { return argsort(x); }, false, -1, true,
          {LEPTON_FAILS("[argsort] axis 2 is out of range for a tensor with 2 axes", argsort(matrix, 2))}),
      row("sort", "sort", +[](const Tensor& x) { return sort(x).values; }, false, -1, false,
          {LEPTON_FAILS("[sort] a scalar has no axes", sort(zeros({})))}),
      row("sort_descending", "sort", +[](const Tensor& x) { return sort(x, -1, Order::descending).values; },
          true, -1, false, {}),
      row("sort_places", "sort", +[](const Tensor& x) { return sort(x, -1, Order::descending).indices; },
          true, -1, true, {}),
      row("topk", "topk", +[](const Tensor& x) { return topk(x, 3).values; }, true, 3, false,
          {LEPTON_FAILS("[topk] k is 4, but axis 1 of [2, 3] has 3", topk(matrix, 4)),
           LEPTON_FAILS("[topk] k is -1", topk(matrix, -1))}),
      row("topk_smallest", "topk", +[](const Tensor& x) { return topk(x, 2, -1, Order::ascending).values; },
          false, 2, false, {}),
      row("topk_places", "topk", +[](const Tensor& x) { return topk(x, 2).indices; }, true, 2, true, {}),
      row("max_at", "max_at", +[](const Tensor& x) { return max_at(x, -1, KeepDim::yes).values; }, true, 1,
          false, {LEPTON_FAILS("[max_at] of nothing along axis 0 of [0, 2]", max_at(zeros({0, 2}), 0))}),
      row("max_at_places", "max_at", +[](const Tensor& x) { return max_at(x, -1).indices.unsqueeze(-1); },
          true, 1, true, {}),
      row("min_at", "min_at", +[](const Tensor& x) { return min_at(x, -1).values.unsqueeze(-1); }, false, 1,
          false, {LEPTON_FAILS("[min_at] of nothing along axis 0 of [0, 2]", min_at(zeros({0, 2}), 0))}),
      {.name = "sort_first_axis",
       .op = "sort",
       .call = [](const Tensors& x) { return sort(x[0], 0).values.transpose(0, 1); },
       .reference =
           [](const Arrays& x) {
             const Array turned = generate({x[0].size(1), x[0].size(0)}, [&](const Dims& at) {
               return x[0]({at[1], at[0]});
             });
             return sorted_rows(turned, false, turned.size(1), false);
           },
       .inputs = {{distinct({4, 3})}},
       .large = {real({500, 300})}},
      {.name = "median",
       .op = "median",
       .call = [](const Tensors& x) { return median(x[0]).values; },
       .reference =
           [](const Arrays& x) {
             return fold(x[0], {-1}, false, [](std::vector<double>& v) {
               std::sort(v.begin(), v.end());
               return v[(v.size() - 1) / 2];
             });
           },
       .inputs = {{distinct({3, 5})}, {distinct({2, 4})}, {distinct({1})}},
       .wrong = {LEPTON_FAILS("[median] of nothing along axis 1 of [2, 0]", median(zeros({2, 0})))},
       .large = {real({300, 501})}},
  };
}

inline OpCases gather_cases() {
  const Tensor index = zeros({2, 3}, {.dtype = i64}), beyond = full({2, 3}, 4, {.dtype = i64});
  const auto place = [](const Arrays& x, Dims at, int axis) {
    at[axis] = std::int64_t(x[1](at));
    return at;
  };
  const auto written = [place](int axis, bool add) {
    return [=](const Arrays& x) {
      Array y = x[0];
      for_each_index(x[1].shape, [&](const Dims& at) {
        double& to = y(place(x, at, axis));
        to = add ? to + x[2](at) : x[2](at);
      });
      return y;
    };
  };
  return {
      {.name = "gather",
       .op = "gather",
       .call = [](const Tensors& x) { return gather(x[0], 0, x[1]); },
       .reference =
           [place](const Arrays& x) {
             return generate(x[1].shape, [&](const Dims& at) { return x[0](place(x, at, 0)); });
           },
       .inputs = {{real({4, 3}), index_below(4, {5, 3})},
                  {real({4, 3}), index_below(4, {2, 2})},
                  {real({5}), index_below(5, {3})},
                  {real({3, 2, 2}), index_below(3, {0, 2, 2})}},
       .wrong = {LEPTON_FAILS("[gather] index 4 at place 0 is outside [0, 4)",
                              gather(zeros({4, 3}), 0, beyond)),
                 LEPTON_FAILS("[gather] the index must be i64, not f32",
                              gather(zeros({4, 3}), 0, zeros({2, 3}))),
                 LEPTON_FAILS("[gather] index [2, 3] does not fit [4, 2] along axis 0",
                              gather(zeros({4, 2}), 0, index))},
       .large = {real({500, 257}), index_below(500, {800, 257})},
       .dtypes = kAnyDType},
      {.name = "gather_last",
       .op = "gather",
       .call = [](const Tensors& x) { return gather(x[0], -1, x[1]); },
       .reference =
           [place](const Arrays& x) {
             return generate(x[1].shape, [&](const Dims& at) { return x[0](place(x, at, at.rank() - 1)); });
           },
       .inputs = {{real({3, 4}), index_below(4, {3, 2})}, {real({2, 3, 4}), index_below(4, {1, 2, 5})}},
       .large = {real({300, 500}), index_below(500, {300, 900})},
       .dtypes = kAnyDType},
      {.name = "scatter_add",
       .op = "scatter_add",
       .call = [](const Tensors& x) { return scatter_add(x[0], 0, x[1], x[2]); },
       .reference = written(0, true),
       .inputs = {{real({4, 3}), index_below(4, {5, 3}), real({5, 3})},
                  {real({4, 3}), index_below(4, {2, 2}), real({2, 2})},
                  {real({4}), index_below(4, {6}), real({6})}},
       .wrong = {LEPTON_FAILS("[scatter_add] source [2, 2] f32 must have the shape of the index, [2, 3]",
                              scatter_add(zeros({4, 3}), 0, index, zeros({2, 2}))),
                 LEPTON_FAILS("[scatter_add] index 4 at place 0 is outside [0, 4)",
                              scatter_add(zeros({4, 3}), 0, beyond, zeros({2, 3})))},
       .large = {real({500, 257}), index_below(500, {900, 257}), real({900, 257})},
       .dtypes = kIntegers},
      // Each place is named once: x[1] is shifted along the axis by its own number.
      {.name = "scatter",
       .op = "scatter(Tensor, int64_t, Tensor, Tensor)",
       .call =
           [](const Tensors& x) {
             return scatter(x[0], 0, arange(3, -1, -1, {i64, x[0].device()}).unsqueeze(1).expand({4, 3}), x[1]);
           },
       .reference =
           [](const Arrays& x) {
             return generate(x[0].shape, [&](const Dims& at) {
               return x[1]({3 - at[0], at[1]}) + 0 * x[0](at);
             });
           },
       .inputs = {{real({4, 3}), real({4, 3})}},
       .wrong = {LEPTON_FAILS(
           "[scatter] source [2, 3] f64 must have the shape of the index, [2, 3], and x's type",
           scatter(zeros({4, 3}), 0, index, zeros({2, 3}, {.dtype = f64})))},
       .dtypes = kAnyDType},
      {.name = "scatter_last",
       .op = "scatter(Tensor, int64_t, Tensor, Tensor)",
       .call =
           [](const Tensors& x) {
             return scatter(x[0], -1, arange(2, -1, -2, {i64, x[0].device()}).unsqueeze(0), x[1]);
           },
       .reference =
           [](const Arrays& x) {
             Array y = x[0];
             y({0, 2}) = x[1]({0, 0});
             y({0, 0}) = x[1]({0, 1});
             return y;
           },
       .inputs = {{real({3, 4}), real({1, 2})}}},
      {.name = "scatter_number",
       .op = "scatter(Tensor, int64_t, Tensor, double)",
       .call = [](const Tensors& x) { return scatter(x[0], 0, x[1], 7); },
       .reference =
           [place](const Arrays& x) {
             Array y = x[0];
             for_each_index(x[1].shape, [&](const Dims& at) { y(place(x, at, 0)) = 7; });
             return y;
           },
       .inputs = {{real({4, 3}), index_below(4, {2, 3})}, {real({4}), index_below(4, {2})}},
       .wrong = {LEPTON_FAILS("[scatter] a scalar has no axes", scatter(zeros({}), 0, index, 1))},
       .dtypes = {f16, bf16, i8, u8, i32, i64}},
      {.name = "take",
       .op = "take",
       .call = [](const Tensors& x) { return take(x[0], x[1]); },
       .reference =
           [](const Arrays& x) {
             return generate(x[1].shape, [&](const Dims& at) { return x[0].values[std::size_t(x[1](at))]; });
           },
       .inputs = {{real({3, 4}), index_below(12, {2, 3})}, {real({5}), index_below(5, {})}},
       .wrong = {LEPTON_FAILS("[index_select] index 4 at place 0 is outside [0, 2)",
                              take(zeros({2}), beyond))},
       .dtypes = kAnyDType},
  };
}

/// What occurs.
inline OpCases unique_cases() {
  const auto row = [](std::string name, Tensor (*call)(const Unique&), std::vector<double> right) {
    return OpCase{.name = std::move(name),
                  .op = "unique",
                  .call =
                      [call](const Tensors&) {
                        return call(unique(tensor<float>({{3, 1, 2}, {1, 3, 3}})));
                      },
                  .reference =
                      [right](const Arrays&) {
                        const auto n = std::int64_t(right.size());
                        return Array(n == 6 ? Shape{2, 3} : Shape{n}, right);
                      },
                  .inputs = {{}},
                  .derivatives = 0,
                  .wrong = {LEPTON_FAILS("[", unique(Tensor()))},
                  .captured = false};
  };
  return {row("unique", +[](const Unique& u) { return u.values; }, {1, 2, 3}),
          row("unique_inverse", +[](const Unique& u) { return u.inverse; }, {2, 0, 1, 0, 2, 2}),
          row("unique_counts", +[](const Unique& u) { return u.counts; }, {2, 1, 3})};
}

}  // namespace lepton::op_cases
