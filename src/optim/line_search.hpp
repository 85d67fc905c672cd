// The line search of L-BFGS.
#pragma once

#include <functional>

#include "lepton/tensor/tensor.hpp"

namespace lepton::optim::detail {

/// A place on the line: how far from its start, the loss there, its slope along the line, and the whole gradient.
struct LinePoint {
  double t, loss, slope;
  Tensor gradient;
};

struct LineSearchResult {
  LinePoint point;
  std::int64_t evaluations;
};

/// A point that satisfies the strong Wolfe conditions (Nocedal & Wright 2006, algorithms 3.5 and 3.6, with cubic
/// interpolation), or the best one found. `start` is at t = 0, `t` is tried first, `length` is the largest element
/// of the direction; it ends where the bracket moves no parameter by more than `tolerance`, and after `most`
/// further evaluations.
LineSearchResult strong_wolfe(const std::function<LinePoint(double t)>& evaluate, const LinePoint& start,
                              double t, double length, double tolerance, std::int64_t most);

}  // namespace lepton::optim::detail
