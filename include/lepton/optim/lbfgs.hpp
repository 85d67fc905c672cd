// Lbfgs.
#pragma once

#include <functional>

#include "lepton/optim/optimizer.hpp"

namespace lepton::optim {

namespace detail {
struct LinePoint;
struct LineSearchResult;
}  // namespace detail

struct LbfgsOptions {
  enum class LineSearch { none, strong_wolfe };
  double lr = 1;
  std::int64_t max_iter = 20;      ///< iterations of one step
  std::int64_t max_eval = 0;       ///< calls of the closure in one step; 0: 5 / 4 max_iter
  double tolerance_grad = 1e-7;    ///< ends where no element of the gradient is larger
  double tolerance_change = 1e-9;  ///< ends where neither parameters nor loss change by more
  std::int64_t history_size =
      100;  ///< of pairs of vectors as long as all parameters, which are kept from the start
  LineSearch line_search = LineSearch::none;
};

/// Limited-memory BFGS (Nocedal 1980; Nocedal & Wright 2006, algorithm 7.4) with the numbers of PyTorch's. One group,
/// of parameters of one type. What it does next depends on what it finds, so it runs eagerly only: step throws inside a
/// captured step.
class LEPTON_API Lbfgs final : public Optimizer {
 public:
  using Options = LbfgsOptions;
  explicit Lbfgs(std::vector<Tensor> parameters, const Options& options = {});

  /// One step of up to max_iter iterations. The closure clears the gradients, computes the loss, calls backward and
  /// returns the loss; it is called several times. Gives the loss before the step.
  double step(const std::function<Tensor()>& closure);

  /// Iterations so far.
  std::int64_t steps() const override;
  /// "old_dirs", "old_stps", "ro", "d", "prev_flat_grad", "counters" and "lr.0".
  Named state() const override;

 private:
  Tensor run(const StepOptions& options) override;

  double evaluate(const std::function<Tensor()>& closure);
  Tensor flat_gradient() const;
  void move(double t, const Tensor& direction) const;
  void remember(const Tensor& gradient);
  Tensor direction(const Tensor& gradient) const;

  detail::LineSearchResult search(const std::function<Tensor()>& closure, const detail::LinePoint& start,
                                  double t, std::int64_t most);

  Options options_;
  std::int64_t size_ = 0;        // elements of all parameters
  Tensor changes_, moves_;       // [history, size]: of the gradient and of the parameters
  Tensor inverse_;               // f64 [history]: 1 / (change . move)
  Tensor direction_, previous_;  // [size]: the last direction and gradient
  Tensor counters_;              // f64, see lbfgs.cpp
};

}  // namespace lepton::optim
