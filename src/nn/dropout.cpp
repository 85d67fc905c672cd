// The dropout layers.
#include "lepton/nn/dropout.hpp"

#include <cmath>

#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/formula/activation.hpp"
#include "lepton/ops/random.hpp"

namespace lepton::nn {
namespace {

double checked(double p, const char* layer) {
  if (!(p >= 0 && p <= 1)) throw Error(layer, "p must lie in [0, 1], got " + std::to_string(p));
  return p;
}

Tensor ones_of(const Shape& shape, const Tensor& like) {
  return ones(shape, {.dtype = like.dtype(), .device = like.device()});
}

/// A size for each channel of x.
Shape shape_of_channels(const Tensor& x, const char* layer) {
  if (x.rank() < 2) throw Error(layer, "needs [N, C, ...], got " + to_string(x.shape()));
  Shape channels{x.shape()[0], x.shape()[1]};
  for (int i = 2; i < x.rank(); ++i) channels.push_back(1);
  return channels;
}

/// alpha dropout of p, with one draw for each element of `shape`, which is stretched to x's.
Tensor alpha_dropout(const Tensor& x, double p, const Shape& shape) {
  if (p == 1) return x * 0;
  const double lowest = -op::Selu::kScale * op::Selu::kAlpha;
  const double scale = 1 / std::sqrt((1 - p) * (1 + p * lowest * lowest)), shift = -scale * p * lowest;
  const Tensor kept = cast(dropout(ones_of(shape, x), p) > 0, x.dtype());
  return (x * kept + (1 - kept) * lowest) * scale + shift;
}

}  // namespace

Dropout::Dropout(double p) : p_(checked(p, "Dropout")) {}
Tensor Dropout::operator()(const Tensor& x) const { return training() && p_ > 0 ? dropout(x, p_) : x; }

ChannelDropout::ChannelDropout(double p) : p_(checked(p, "ChannelDropout")) {}
Tensor ChannelDropout::operator()(const Tensor& x) const {
  if (!training() || p_ == 0) return x;
  return x * dropout(ones_of(shape_of_channels(x, "ChannelDropout"), x), p_);
}

AlphaDropout::AlphaDropout(double p) : p_(checked(p, "AlphaDropout")) {}
Tensor AlphaDropout::operator()(const Tensor& x) const {
  return training() && p_ > 0 ? alpha_dropout(x, p_, x.shape()) : x;
}

FeatureAlphaDropout::FeatureAlphaDropout(double p) : p_(checked(p, "FeatureAlphaDropout")) {}
Tensor FeatureAlphaDropout::operator()(const Tensor& x) const {
  return training() && p_ > 0 ? alpha_dropout(x, p_, shape_of_channels(x, "FeatureAlphaDropout")) : x;
}

}  // namespace lepton::nn
