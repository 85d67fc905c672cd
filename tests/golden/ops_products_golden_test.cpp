// Products of matrices and vectors against PyTorch: layers/tensors.py made the file.
#include "lepton/nn/linear.hpp"
#include "lepton/ops/einsum.hpp"
#include "lepton/ops/matmul.hpp"
#include "lepton/ops/products.hpp"
#include "tests/golden/ops.hpp"

namespace lepton::golden {
namespace {

TEST(GoldenOps, Products) {
  const Entry layers{"Linear",
                     {layer(nn::Linear(4, 2)), layer(nn::Linear({.in = 4, .out = 1, .bias = false})),
                      layer(nn::Linear(3, 3)), layer(nn::Linear(2, 5)),
                      layer(nn::Linear({.in = 2, .out = 3, .bias = false}))}};
  expect_family("ops_products",
                {same("matmul", 12, function([](const Tensors& x) { return matmul(x[0], x[1]); })),
                 five("linear", [](const Tensors& x) { return linear(x[0], x[1], x[2]); }),
                 five("linear_without_bias", [](const Tensors& x) { return linear(x[0], x[1]); }), layers,
                 LEPTON_TWO(outer), LEPTON_TWO(dot), LEPTON_TWO(bmm), LEPTON_TWO(mv)},
                Rest::elsewhere);
}

TEST(GoldenOps, ComposedProducts) {
  using Scales = std::pair<double, double>;
  using Mixed = Tensor (*)(const Tensor&, const Tensor&, const Tensor&, double, double);
  const auto mixed = [](const std::string& name, Mixed f) {
    const std::vector<Scales> scales{{1, 1}, {0.5, 2}, {0, 1}, {-1, 0.25}, {2, -3}};
    return of_all(name, scales,
                  [f](const Tensors& x, Scales s) { return f(x[0], x[1], x[2], s.first, s.second); });
  };
  const std::vector<std::pair<Dims, Dims>> axes{
      {{1}, {0}}, {{0}, {1}}, {{0, 2}, {1, 0}}, {{-1, 0}, {0, 1}}, {{}, {}}};
  const std::vector<std::string> letters{"...ij,...jk->...ik", "i...,i->...", "...ii->...i",
                                         "b...,...",           "...j,jk",     "...a,...a->..."};
  expect_family(
      "ops_products",
      {mixed("addmm", addmm), mixed("baddbmm", baddbmm), mixed("addmv", addmv),
       of_all("tensordot", std::vector<std::int64_t>{1, 2, 0, 1, 2},
              [](const Tensors& x, std::int64_t count) { return tensordot(x[0], x[1], count); }),
       of_all("tensordot_axes", axes,
              [](const Tensors& x, const auto& a) { return tensordot(x[0], x[1], a.first, a.second); }),
       of_all("cross", std::vector<std::int64_t>{-1, -1, 0, 1, -1},
              [](const Tensors& x, std::int64_t axis) { return cross(x[0], x[1], axis); }),
       LEPTON_TWO(kron), LEPTON_ONE(trace),
       of_all("einsum_ellipsis", letters,
              [](const Tensors& x, const std::string& s) { return einsum(s, x); })},
      Rest::elsewhere);
}

}  // namespace
}  // namespace lepton::golden
