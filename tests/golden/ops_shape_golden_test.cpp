// Views, joining and cutting against PyTorch: layers/tensors.py made the file.
#include "lepton/nn/pool.hpp"
#include "lepton/ops/arrange.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/indexing.hpp"
#include "tests/golden/ops.hpp"

namespace lepton::golden {
namespace {

using Axis = std::int64_t;
using Axes = std::pair<Axis, Axis>;
using Sizes = std::vector<Axis>;

const std::vector<Axis> kAxes{0, 1, 2, -1, -2};
const std::vector<Axes> kMoves{{0, 1}, {1, 0}, {0, -1}, {-1, 0}, {1, 2}};
const std::vector<Axes> kFlattened{{0, -1}, {1, -1}, {0, 1}, {1, 2}, {2, 2}};
const std::vector<Shape> kShapes{{4, 6}, {-1}, {2, -1, 2, 3}, {24, 1}, {3, 8}};

const std::vector<std::pair<Axis, Shape>> kParts{
    {1, {3, 4}}, {1, {-1, 6}}, {0, {2, 1}}, {-1, {12}}, {1, {2, 2, -1}}};
const std::vector<Axis> kDiagonals{0, 1, -1, 3, -2};

TEST(GoldenOps, Joining) {
  using Cut = std::pair<Sizes, Axis>;
  const std::vector<Axes> pieces{{2, 0}, {3, 1}, {1, 0}, {7, 1}, {2, -1}};
  const std::vector<Cut> cuts{{{1, 2}, 0}, {{3, 1}, 1}, {{3}, 0}, {{1, 1, 2}, -1}, {{0, 4}, 1}};
  expect_family(
      "ops_shape",
      {of_all("cat", std::vector<Axis>{0, 1, -1, 0, 1},
              [](const Tensors& x, Axis axis) { return cat(x, axis); }),
       of_all("stack", kAxes, [](const Tensors& x, Axis axis) { return stack(x, axis); }),
       with("unbind", kAxes, [](const Tensor& x, Axis axis) { return join(unbind(x, axis)); }),
       with("split", pieces, [](const Tensor& x, Axes n) { return join(split(x, n.first, n.second)); }),
       with("chunk", pieces, [](const Tensor& x, Axes n) { return join(chunk(x, n.first, n.second)); }),
       with("split_sizes", cuts,
            [](const Tensor& x, const Cut& c) { return join(split(x, c.first, c.second)); }),
       with("tensor_split", std::vector<Axes>{{2, 0}, {3, 1}, {4, 1}, {5, 0}, {1, -1}},
            [](const Tensor& x, Axes n) { return join(tensor_split(x, n.first, n.second)); }),
       five("block_diag", block_diag), five("meshgrid", [](const Tensors& x) { return join(meshgrid(x)); })},
      Rest::elsewhere);
}

Entry flattening_layers() {
  Entry entry{"Flatten", {}};
  for (const auto& [first, last] : kFlattened) entry.cases.push_back(layer(nn::Flatten(first, last)));
  return entry;
}
Entry unflattening_layers() {
  Entry entry{"Unflatten", {}};
  const std::pair<Axis, Shape> settings[] = {{1, {3, 4}}, {1, {12}}, {0, {2}}, {1, {2, 6}}, {1, {2, 2, 3}}};
  for (const auto& [axis, sizes] : settings) entry.cases.push_back(layer(nn::Unflatten(axis, sizes)));
  return entry;
}

TEST(GoldenOps, Views) {
  const std::vector<Slice> slices{{1, 3}, {0, 4, 2}, {-3, -1}, {2, 2}, {1, 100, 3}};
  const std::vector<Dims> orders{{1, 0, 2}, {2, 1, 0}, {0, 2, 1}, {-1, 0, 1}, {0, 1, 2}};
  const std::vector<Shape> large{{3, 4}, {3, 4}, {2, 4}, {2, 3}, {2, 2, 3}};
  const std::vector<Axes> places{{0, 1}, {1, 0}, {1, -1}, {-1, 2}, {2, 3}};
  expect_family(
      "ops_shape",
      {with("slice", slices, [](const Tensor& x, Slice s) { return slice(x, 1, s.start, s.stop, s.step); }),
       with("permute", orders, permute), with("reshape", kShapes, reshape),
       with("reshape_turned", kShapes,
            [](const Tensor& x, const Shape& s) { return x.transpose(0, 2).reshape(s); }),
       with("flatten", kFlattened, [](const Tensor& x, Axes a) { return x.flatten(a.first, a.second); }),
       flattening_layers(), unflattening_layers(), with("expand", large, expand),
       with("moveaxis", kMoves, [](const Tensor& x, Axes a) { return moveaxis(x, a.first, a.second); }),
       with("transpose", kMoves, [](const Tensor& x, Axes a) { return x.transpose(a.first, a.second); }),
       with("select", places, [](const Tensor& x, Axes at) { return x.select(at.first, at.second); }),
       with("operator[]", std::vector<Axis>{0, 1, 2, -1, -3}, [](const Tensor& x, Axis i) { return x[i]; }),
       with("squeeze", std::vector<Axis>{0, 1, -1, 1, 0},
            [](const Tensor& x, Axis axis) { return x.squeeze(axis); }),
       with("unsqueeze", kAxes, [](const Tensor& x, Axis axis) { return x.unsqueeze(axis); }),
       with("unflatten", kParts,
            [](const Tensor& x, const auto& to) { return unflatten(x, to.first, to.second); }),
       with("rot90", std::vector<Dims>{{1, 0, 1}, {2, 0, 1}, {-1, 1, 2}, {3, 0, 2}, {4, 2, 1}},
            [](const Tensor& x, const Dims& turn) { return rot90(x, turn[0], turn[1], turn[2]); }),
       made("tril_indices", kDiagonals, [](Axis k) { return tril_indices(3, 4, k); }),
       made("triu_indices", kDiagonals, [](Axis k) { return triu_indices(3, 4, k); }),
       with("cast", std::vector<DType>{f16, bf16, f32, i64, i8, boolean},
            [](const Tensor& x, DType dtype) { return cast(cast(x, dtype), x.dtype()); })},
      Rest::elsewhere);
}

}  // namespace
}  // namespace lepton::golden
