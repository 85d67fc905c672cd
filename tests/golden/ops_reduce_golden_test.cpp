// Reductions, running sums, order and gathering against PyTorch: layers/ops.py made the file.
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/gather.hpp"
#include "lepton/ops/scan.hpp"
#include "lepton/ops/sort.hpp"
#include "tests/golden/ops.hpp"

namespace lepton::golden {
namespace {

/// The axes that the file's cases have, in its order.
Entry over_axes(const std::string& name, Tensor (*f)(const Tensor&, const Dims&, KeepDim)) {
  Entry entry{name, {}};
  const std::pair<Dims, KeepDim> choices[] = {{{0}, KeepDim::no},
                                              {{-1}, KeepDim::yes},
                                              {{0, 2}, KeepDim::no},
                                              {{1}, KeepDim::yes},
                                              {{0}, KeepDim::no}};
  for (const auto& [axes, keep] : choices)
    entry.cases.push_back(
        function([f, axes = axes, keep = keep](const Tensors& x) { return f(x[0], axes, keep); }));
  return entry;
}
Entry along_axis(const std::string& name, Tensor (*f)(const Tensor&, std::int64_t, KeepDim)) {
  Entry entry{name, {}};
  const std::pair<std::int64_t, KeepDim> choices[] = {
      {0, KeepDim::no}, {-1, KeepDim::yes}, {1, KeepDim::no}, {2, KeepDim::no}, {0, KeepDim::yes}};
  for (const auto& [axis, keep] : choices)
    entry.cases.push_back(
        function([f, axis = axis, keep = keep](const Tensors& x) { return f(x[0], axis, keep); }));
  return entry;
}
template <class F> Entry with_index(const std::string& name, F f) {
  Entry entry{name, {}};
  for (const std::int64_t axis : {0, 1, -1, 1, 0})
    entry.cases.push_back(function([f, axis](const Tensors& x) { return f(x, axis); }));
  return entry;
}

using Axis = std::int64_t;

TEST(GoldenOps, Reductions) {
  Entry norms{"norm", {}};
  for (const double p : {1.0, 2.0, 3.0, double(INFINITY), 0.5})
    norms.cases.push_back(function([p](const Tensors& x) { return norm(x[0], p, {1}); }));
  std::vector<Entry> table{
      over_axes("sum", sum),
      over_axes("mean", mean),
      over_axes("max", max),
      over_axes("min", min),
      over_axes("logsumexp", logsumexp),
      over_axes("variance", variance),
      over_axes(
          "variance_0",
          +[](const Tensor& x, const Dims& axes, KeepDim keep) { return variance(x, axes, 0, keep); }),
      over_axes(
          "standard_deviation", +[](const Tensor& x, const Dims& axes,
                                    KeepDim keep) { return standard_deviation(x, axes, 1, keep); }),
      over_axes(
          "any", +[](const Tensor& x, const Dims& axes, KeepDim keep) { return any(x > 1, axes, keep); }),
      over_axes(
          "all", +[](const Tensor& x, const Dims& axes, KeepDim keep) { return all(x > -1, axes, keep); }),
      norms};
  const std::vector<Entry> more{
      along_axis(
          "prod", +[](const Tensor& x, Axis axis, KeepDim keep) { return prod(x, {axis}, keep); }),
      along_axis(
          "max_at", +[](const Tensor& x, Axis axis, KeepDim keep) { return max_at(x, axis, keep).values; }),
      along_axis(
          "min_at", +[](const Tensor& x, Axis axis, KeepDim keep) { return min_at(x, axis, keep).values; }),
      along_axis(
          "median", +[](const Tensor& x, Axis axis, KeepDim keep) { return median(x, axis, keep).values; }),
      along_axis("argmax", argmax),
      along_axis("argmin", argmin),
      along_axis(
          "cumsum", +[](const Tensor& x, Axis axis, KeepDim) { return cumsum(x, axis); }),
      along_axis(
          "cumprod", +[](const Tensor& x, Axis axis, KeepDim) { return cumprod(x, axis); }),
      along_axis(
          "cumprod_of_zeros",
          +[](const Tensor& x, Axis axis, KeepDim) {
            return cumprod(x * (abs(x.detach()) > 0.7).to(x.dtype()), axis);
          }),
      along_axis(
          "argsort", +[](const Tensor& x, Axis axis, KeepDim) { return argsort(x, axis); }),
      along_axis(
          "sort", +[](const Tensor& x, Axis axis, KeepDim) { return sort(x, axis).values; }),
      along_axis(
          "sort_descending",
          +[](const Tensor& x, Axis axis, KeepDim) { return sort(x, axis, Order::descending).values; }),
      along_axis(
          "topk", +[](const Tensor& x, Axis axis, KeepDim) { return topk(x, 2, axis).values; }),
      along_axis(
          "smallest",
          +[](const Tensor& x, Axis axis, KeepDim) { return topk(x, 2, axis, Order::ascending).values; }),
      with_index("gather", [](const Tensors& x, Axis axis) { return gather(x[0], axis, x[1]); }),
      with_index("scatter_add",
                 [](const Tensors& x, Axis axis) { return scatter_add(x[0], axis, x[1], x[2]); }),
      same("take", 5, function([](const Tensors& x) { return take(x[0], x[1]); }))};
  table.insert(table.end(), more.begin(), more.end());
  expect_family("ops_reduce", table);
}

}  // namespace
}  // namespace lepton::golden
