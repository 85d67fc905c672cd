// The weights that WeightNorm and SpectralNorm compute.
#include "lepton/nn/weight_norm.hpp"

#include <limits>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/matmul.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/ops/reduce.hpp"

namespace lepton::nn::detail {
namespace {

Tensor row_norms(const Tensor& w) {
  Dims others;
  for (int i = 1; i < w.rank(); ++i) others.push_back(i);
  return sqrt(sum(square(w), others, KeepDim::yes));
}

Tensor of_length_one(const Tensor& x, double eps) {
  return x / clamp(sqrt(sum(square(x))), eps, std::numeric_limits<double>::infinity());
}

}  // namespace

Tensor norm_of_rows(const Tensor& w) {
  const NoGrad no_grad;
  return row_norms(w);
}

Tensor with_norms(const Tensor& v, const Tensor& g) { return v * (g / row_norms(v)); }

Tensor random_direction(std::int64_t n) { return of_length_one(randn({n}), 1e-12); }

Tensor over_largest_singular(const Tensor& w, const Tensor& u, const Tensor& v, int steps, double eps) {
  const Tensor matrix = w.reshape({w.size(0), -1});
  {
    const NoGrad no_grad;
    for (int i = 0; i < steps; ++i) {
      v.copy_(of_length_one(matmul(u, matrix), eps));
      u.copy_(of_length_one(matmul(matrix, v), eps));
    }
  }
  // Copies, since the next call writes into u and v while this one's gradient is perhaps still to come.
  const Tensor left = u.clone(), right = v.clone();
  return w / sum(left * matmul(matrix, right));
}

}  // namespace lepton::nn::detail
