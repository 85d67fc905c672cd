// Layers whose weight is computed from others at each call.
#pragma once

#include "lepton/nn/module.hpp"

namespace lepton::nn {

// `Inner` is a layer with a `weight`, a `bias` and a `forward(x, weight, bias)`: Linear, Conv1d, Conv2d, Conv3d. The
// state is named as by PyTorch's functions of torch.nn.utils.

namespace detail {
/// |w| over all axes but the first: [out, 1, ...].
LEPTON_API Tensor norm_of_rows(const Tensor& w);
/// weight_v / |weight_v| * weight_g, row by row.
LEPTON_API Tensor with_norms(const Tensor& v, const Tensor& g);
/// A random vector of length 1.
LEPTON_API Tensor random_direction(std::int64_t n);
/// w / its largest singular value as u and v have it, w [out, ...] seen as a matrix. First they are brought nearer to its
/// singular vectors by `steps` of the power iteration, in place.
LEPTON_API Tensor over_largest_singular(const Tensor& w, const Tensor& u, const Tensor& v, int steps,
                                        double eps);
}  // namespace detail

/// A layer with weight = weight_g weight_v / |weight_v|, the norm taken over all axes but the first (Salimans & Kingma
/// 2016). State: bias, weight_g, weight_v. WeightNorm(Linear(3, 4))
template <class Inner> class WeightNorm : public Module {
 public:
  explicit WeightNorm(Inner inner)
      : bias(std::move(inner.bias)),
        weight_g(detail::norm_of_rows(inner.weight)),
        weight_v(std::move(inner.weight)),
        inner_(std::move(inner)) {}
  Tensor operator()(const Tensor& x) const {
    return with_hooks(x, [this](const Tensor& in) {
      return inner_.forward(in, detail::with_norms(weight_v, weight_g), bias);
    });
  }

  Parameter bias, weight_g, weight_v;
  LEPTON_FIELDS(bias, weight_g, weight_v)

 private:
  Inner inner_;  // without parameters
};

/// A layer whose weight is divided by its largest singular value, found by one step of the power iteration for each call
/// in training (Miyato et al. 2018). State: bias, weight_orig; weight_u, weight_v. SpectralNorm(Conv2d({...}))
template <class Inner> class SpectralNorm : public Module {
 public:
  explicit SpectralNorm(Inner inner, int n_power_iterations = 1, double eps = 1e-12)
      : bias(std::move(inner.bias)),
        weight_orig(std::move(inner.weight)),
        weight_u(detail::random_direction(weight_orig->size(0))),
        weight_v(detail::random_direction(weight_orig->numel() / weight_orig->size(0))),
        inner_(std::move(inner)),
        steps_(n_power_iterations),
        eps_(eps) {}
  Tensor operator()(const Tensor& x) const {
    return with_hooks(x, [this](const Tensor& in) {
      const int steps = training() ? steps_ : 0;
      return inner_.forward(in, detail::over_largest_singular(weight_orig, weight_u, weight_v, steps, eps_),
                            bias);
    });
  }

  Parameter bias, weight_orig;
  Buffer weight_u, weight_v;
  LEPTON_FIELDS(bias, weight_orig, weight_u, weight_v)

 private:
  Inner inner_;  // without parameters
  int steps_;
  double eps_;
};

}  // namespace lepton::nn
