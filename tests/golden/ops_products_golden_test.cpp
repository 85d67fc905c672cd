// Products of matrices and vectors against PyTorch: layers/tensors.py made the file.
#include "lepton/nn/linear.hpp"
#include "lepton/ops/einsum.hpp"
#include "lepton/ops/matmul.hpp"
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
                 LEPTON_TWO(outer), LEPTON_TWO(dot)});
}

}  // namespace
}  // namespace lepton::golden
