// Muon's last step: Newton-Schulz.
#include "lepton/optim/muon.hpp"

#include <algorithm>
#include <cmath>

#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/matmul.hpp"
#include "lepton/ops/reduce.hpp"

namespace lepton::optim {
namespace {

/// The orthogonal matrix next to g, about: five steps take singular values from (0, 1] to between 0.7 and 1.2.
Tensor orthogonal(const Tensor& g, double eps, int iterations) {
  constexpr double a = 3.4445, b = -4.7750, c = 2.0315;  // Jordan's, with the steepest slope at 0
  const bool tall = g.size(0) > g.size(1);
  Tensor x = tall ? g.transpose() : g;
  x = x / clamp(sqrt(sum(square(x))), eps, INFINITY);
  for (int i = 0; i < iterations; ++i) {
    const Tensor gram = matmul(x, x.transpose());
    x = a * x + matmul(b * gram + c * matmul(gram, gram), x);
  }
  return tall ? x.transpose() : x;
}

double lr_factor(const Tensor& p, MuonOptions::AdjustLr how) {
  const double rows = double(p.size(0)), columns = double(p.size(1));
  if (how == MuonOptions::AdjustLr::none) return 1;
  return how == MuonOptions::AdjustLr::original ? std::sqrt(std::max(1.0, rows / columns))
                                                : 0.2 * std::sqrt(std::max(rows, columns));
}

}  // namespace

Tensor Muon::moved(const Tensor& p, const Tensor& direction, const Tensor& lr, const void* options) const {
  const auto& o = *static_cast<const Options*>(options);
  const Tensor step = orthogonal(direction, o.eps, o.iterations);
  return p.detach() * (1.0 - lr * o.weight_decay) - step * (lr * lr_factor(p, o.adjust_lr));
}

}  // namespace lepton::optim
