// Losses of numbers and of distributions.
#pragma once

#include <vector>

#include "lepton/ops/loss.hpp"

namespace lepton {

// x and target have one shape and type. The gradient goes to both.

struct HuberOptions {
  double delta = 1;  ///< where squares end
  Reduction reduction = Reduction::mean;
};
/// d^2 / 2 of the difference d up to delta, delta (|d| - delta / 2) beyond (Huber 1964).
LEPTON_API Tensor huber_loss(const Tensor& x, const Tensor& target, const HuberOptions& options = {});

struct SmoothL1Options {
  double beta = 1;  ///< where squares end; 0 makes it l1_loss
  Reduction reduction = Reduction::mean;
};
/// huber_loss with delta = beta, divided by beta (Girshick 2015).
LEPTON_API Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, const SmoothL1Options& options = {});

struct PoissonNllOptions {
  bool log_input = true;  ///< x is the logarithm of the rate
  bool full = false;      ///< with Stirling's formula for log(target!) where target > 1
  double eps = 1e-8;      ///< added to a rate before its logarithm is taken
  Reduction reduction = Reduction::mean;
};
/// rate - target log(rate): what a Poisson distribution makes of counts.
LEPTON_API Tensor poisson_nll_loss(const Tensor& x, const Tensor& target,
                                   const PoissonNllOptions& options = {});

struct GaussianNllOptions {
  bool full = false;  ///< with log(2 pi) / 2
  double eps = 1e-6;  ///< the least variance
  Reduction reduction = Reduction::mean;
};
/// (log(var) + (x - target)^2 / var) / 2 (Nix & Weigend 1994). var has the shape of x, or 1 as its last size. Where it
/// is raised to eps its gradient passes, as in PyTorch; a negative variance counts as eps.
LEPTON_API Tensor gaussian_nll_loss(const Tensor& x, const Tensor& target, const Tensor& var,
                                    const GaussianNllOptions& options = {});

struct KlDivOptions {
  bool log_target = false;                ///< the target is given as logarithms
  Reduction reduction = Reduction::mean;  ///< Reduction::batch_mean gives the divergence itself
};
/// target (log(target) - x) of log-probabilities x; 0 where the target is 0.
LEPTON_API Tensor kl_div(const Tensor& x, const Tensor& target, const KlDivOptions& options = {});

/// Sum of |p| over all elements of all tensors: what is added to a loss for weights that are sparse.
LEPTON_API Tensor l1_penalty(const std::vector<Tensor>& parameters);
/// Sum of p^2 over all elements of all tensors.
LEPTON_API Tensor l2_penalty(const std::vector<Tensor>& parameters);

}  // namespace lepton
