// Second derivatives against PyTorch's double backward: layers/second.py made the file.
#include "lepton/ops/conv.hpp"
#include "lepton/ops/loss.hpp"
#include "lepton/ops/maths.hpp"
#include "lepton/ops/matmul.hpp"
#include "lepton/ops/norm.hpp"
#include "lepton/ops/scan.hpp"
#include "lepton/ops/softmax.hpp"
#include "tests/golden/ops.hpp"

namespace lepton::golden {
namespace {

/// A weighted sum of the gradients that `f` has by its real arguments.
Call gradients(const Call& f) {
  return [f](const Tensors& x) {
    Tensors by;
    for (const Tensor& t : x)
      if (is_floating(t.dtype())) by.push_back(t);
    const Tensor y = f(x);
    const Tensors first =
        grad(y, by, {.gradient = noise(y.shape(), 3.0).to(y.dtype()), .create_graph = true});
    Tensor total;
    for (std::size_t i = 0; i < first.size(); ++i) {
      const Tensor part = sum(first[i] * noise(first[i].shape(), 4.0 + double(i)).to(y.dtype()));
      total = total.defined() ? total + part : part;
    }
    return total;
  };
}

/// A case for each setting; the weights are made on the host, which a captured step refuses.
template <class S, class F> Entry second(const std::string& name, const std::vector<S>& settings, F f) {
  Entry entry{name, {}, false};
  for (const S& s : settings)
    entry.cases.push_back(function(gradients([f, s](const Tensors& x) { return f(x, s); })));
  return entry;
}
Entry second_of_one(const std::string& name, Tensor (*f)(const Tensor&)) {
  return second(name, std::vector<int>{0}, [f](const Tensors& x, int) { return f(x[0]); });
}

/// x with 0 in the first places of its rows.
Tensor with_zeros(const Tensor& x, std::int64_t count) {
  return x * (arange(0, double(x.size(-1)), 1, {.dtype = x.dtype()}) >= double(count)).to(x.dtype());
}

using Axis = std::int64_t;
const std::vector<Axis> kAxes{0, 1, -1};
const std::vector<int> kThree{0, 1, 2};

TEST(GoldenOps, SecondDerivativesAlongAnAxis) {
  const std::vector<Axis> zeros{0, 1, 2, 3, 4};
  expect_family(
      "ops_second",
      {second("second_prod", zeros, [](const Tensors& x, Axis n) { return prod(with_zeros(x[0], n), {-1}); }),
       second("second_cumprod", zeros, [](const Tensors& x, Axis n) { return cumprod(with_zeros(x[0], n)); }),
       second("second_softmax", kAxes, [](const Tensors& x, Axis a) { return softmax(x[0], a); }),
       second("second_log_softmax", kAxes, [](const Tensors& x, Axis a) { return log_softmax(x[0], a); }),
       second("second_logsumexp", kAxes, [](const Tensors& x, Axis a) { return logsumexp(x[0], {a}); }),
       second("second_norm", kAxes, [](const Tensors& x, Axis a) { return norm(x[0], 2, {a}); }),
       second("second_cumsum_of_squares", kAxes,
              [](const Tensors& x, Axis a) { return cumsum(x[0] * x[0], a); }),
       second("second_logcumsumexp", kAxes, [](const Tensors& x, Axis a) { return logcumsumexp(x[0], a); })},
      Rest::elsewhere);
}

TEST(GoldenOps, SecondDerivatives) {
  const std::vector<Conv2dOptions> convolutions{{}, {.stride = 2, .padding = 1}, {.padding = 2}};
  expect_family("ops_second",
                {second("second_layer_norm", std::vector<Shape>{{4}, {3, 2}, {2}},
                        [](const Tensors& x, const Shape& s) { return layer_norm(x[0], s, x[1], x[2]); }),
                 second("second_conv2d", convolutions,
                        [](const Tensors& x, const Conv2dOptions& o) { return conv2d(x[0], x[1], x[2], o); }),
                 second("second_batch_norm", kThree,
                        [](const Tensors& x, int) { return batch_norm(x[0], x[1], x[2], {}, {}); }),
                 second("second_matmul", kThree, [](const Tensors& x, int) { return matmul(x[0], x[1]); }),
                 second("second_div", kThree, [](const Tensors& x, int) { return x[0] / x[1]; }),
                 second_of_one("second_gelu", gelu), second_of_one("second_silu", silu),
                 second_of_one("second_tanh", tanh), second_of_one("second_erf", erf),
                 second_of_one("second_erfinv", erfinv), second_of_one("second_lgamma", lgamma),
                 second_of_one("second_softplus", [](const Tensor& x) { return softplus(x); }),
                 second("second_cross_entropy", std::vector<int>{0, 1},
                        [](const Tensors& x, int) { return cross_entropy(x[0], x[1]); })},
                Rest::elsewhere);
}

}  // namespace
}  // namespace lepton::golden
