// Initial values of weights.
#include "lepton/nn/init.hpp"

#include <algorithm>
#include <cmath>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/ops/random.hpp"

namespace lepton::nn::init {
namespace {

struct Fans {
  double in, out;
};

Fans fans(const Tensor& t) {
  if (t.rank() < 2) throw Error("init", "fans need a weight [out, in, ...], got " + to_string(t.shape()));
  const double kernel = double(t.numel()) / double(std::max<std::int64_t>(1, t.size(0) * t.size(1)));
  return {double(t.size(1)) * kernel, double(t.size(0)) * kernel};
}

TensorOptions options_of(const Tensor& t) { return {.dtype = t.dtype(), .device = t.device()}; }

}  // namespace

void constant(const Tensor& t, double value) {
  const NoGrad no_grad;
  t.fill_(value);
}
void uniform(const Tensor& t, double low, double high) {
  const NoGrad no_grad;
  t.copy_(lepton::uniform(t.shape(), low, high, options_of(t)));
}
void normal(const Tensor& t, double mean, double deviation) {
  const NoGrad no_grad;
  t.copy_(lepton::normal(t.shape(), mean, deviation, options_of(t)));
}

void xavier_uniform(const Tensor& t, double gain) {
  const double bound = gain * std::sqrt(6 / (fans(t).in + fans(t).out));
  uniform(t, -bound, bound);
}
void xavier_normal(const Tensor& t, double gain) { normal(t, 0, gain * std::sqrt(2 / (fans(t).in + fans(t).out))); }

void kaiming_uniform(const Tensor& t, double slope) {
  const double bound = std::sqrt(6 / ((1 + slope * slope) * fans(t).in));
  uniform(t, -bound, bound);
}
void kaiming_normal(const Tensor& t, double slope) { normal(t, 0, std::sqrt(2 / ((1 + slope * slope) * fans(t).in))); }

Tensor fan_in_uniform(const Shape& shape, std::int64_t fan_in) {
  const double bound = 1 / std::sqrt(double(std::max<std::int64_t>(1, fan_in)));
  return lepton::uniform(shape, -bound, bound);
}

}  // namespace lepton::nn::init
