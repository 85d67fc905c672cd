// What an index or a mask chooses, and what is written in place, against PyTorch: layers/tensors.py made the file.
#include "lepton/ops/cast.hpp"
#include "lepton/ops/gather.hpp"
#include "lepton/ops/index.hpp"
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/maths.hpp"
#include "lepton/ops/sort.hpp"
#include "tests/golden/ops.hpp"

namespace lepton::golden {
namespace {

using Axis = std::int64_t;

/// `f` writes into a copy of the first tensor.
template <class F> Entry in_place(const std::string& name, F f) {
  return of_all(name, std::vector<double>{2, 0.5, -1.25, 0, 3}, [f](const Tensors& x, double n) {
    const Tensor y = x[0].clone();
    f(y, x, n);
    return y;
  });
}

TEST(GoldenOps, Choosing) {
  const std::vector<Axis> axes{0, 1, -1, 1, 0};
  const std::vector<std::pair<Axis, KeepDim>> middles{
      {0, KeepDim::no}, {1, KeepDim::no}, {-1, KeepDim::yes}, {0, KeepDim::yes}, {-2, KeepDim::no}};
  expect_family(
      "ops_choice",
      {uncaptured(five("masked_select", [](const Tensors& x) { return masked_select(x[0], x[1] > -0.5); })),
       uncaptured(five("nonzero", [](const Tensors& x) { return nonzero(abs(x[0]) > 1); })),
       uncaptured(five("unique",
                       [](const Tensors& x) {
                         const Unique found = unique(round(x[0]));
                         return join({found.values, found.inverse, found.counts});
                       })),
       of_all("one_hot", std::vector<Axis>{4, 3, 2, 5, 3},
              [](const Tensors& x, Axis classes) { return one_hot(x[0], classes); }),
       LEPTON_TWO(embedding),
       of_all("index_select", axes, [](const Tensors& x, Axis a) { return index_select(x[0], a, x[1]); }),
       of_all("scatter", axes,
              [](const Tensors& x, Axis a) { return scatter(x[0], a, argsort(x[1], a), x[1]); }),
       of_all("scatter_number", axes,
              [](const Tensors& x, Axis a) { return scatter(x[0], a, argsort(x[1], a), 1.5); }),
       of_all("take_along_dim", axes,
              [](const Tensors& x, Axis a) { return take_along_dim(x[0], argsort(x[1], a), a); }),
       of_all("index_add", axes,
              [](const Tensors& x, Axis a) { return index_add(x[0], a, x[1], x[2], 0.5); }),
       of_all("index_copy", axes, [](const Tensors& x, Axis a) { return index_copy(x[0], a, x[1], x[2]); }),
       of_all("index_fill", axes, [](const Tensors& x, Axis a) { return index_fill(x[0], a, x[1], -1.5); }),
       five("put_add", [](const Tensors& x) { return put(x[0], x[1], x[2], true); }),
       five("masked_scatter", [](const Tensors& x) { return masked_scatter(x[0], x[1] > 0, x[2]); }),
       with("median_half", middles,
            [](const Tensor& x, std::pair<Axis, KeepDim> m) {
              return cast(median(cast(x, f16), m.first, m.second).values, x.dtype());
            })},
      Rest::elsewhere);
}

TEST(GoldenOps, WritingInPlace) {
  expect_family("ops_choice",
                {in_place("add_", [](const Tensor& y, const Tensors& x, double n) { y.add_(x[1], n); }),
                 in_place("mul_", [](const Tensor& y, const Tensors&, double n) { y.mul_(n); }),
                 in_place("fill_", [](const Tensor& y, const Tensors&, double n) { y.fill_(n); }),
                 in_place("copy_", [](const Tensor& y, const Tensors& x, double n) { y.copy_(x[1] * n); }),
                 in_place("index_put_", [](const Tensor& y, const Tensors& x,
                                           double n) { y.index_put_({x[1]}, x[2] * n, n > 0); })},
                Rest::elsewhere);
}

}  // namespace
}  // namespace lepton::golden
