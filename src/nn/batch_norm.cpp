// The batch normalisation layers.
#include "lepton/nn/batch_norm.hpp"

#include "lepton/autograd/no_grad.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/norm.hpp"
#include "lepton/tensor/factory.hpp"

namespace lepton::nn {

BatchNorm::BatchNorm(std::int64_t channels, const BatchNormLayerOptions& options, const char* name, int least,
                     int most)
    : options_(options), name_(name), least_(least), most_(most) {
  if (options.affine) {
    weight = Parameter(ones({channels}));
    bias = Parameter(zeros({channels}));
  }
  if (options.track_running_stats) {
    running_mean = Buffer(zeros({channels}));
    running_var = Buffer(ones({channels}));
    num_batches_tracked = Buffer(zeros({}, {.dtype = i64}));
  }
}

Tensor BatchNorm::operator()(const Tensor& x) const {
  constexpr const char* kShapes[] = {"[N, C]", "[N, C, L]", "[N, C, H, W]", "[N, C, D, H, W]"};
  if (x.rank() < least_ || x.rank() > most_)
    throw Error(name_, std::string("needs ") + kShapes[least_ - 2] +
                           (most_ > least_ ? std::string(" or ") + kShapes[most_ - 2] : std::string()) +
                           ", got " + to_string(x.shape()));
  if (training() && num_batches_tracked.defined()) {
    const NoGrad no_grad;
    num_batches_tracked->add_(ones({}, {.dtype = i64, .device = x.device()}));
  }
  if (training() && running_mean.defined() && !options_.momentum) return averaging(x);
  return batch_norm(x, weight, bias, running_mean, running_var,
                    {.training = training() || !options_.track_running_stats,
                     .eps = options_.eps,
                     .momentum = options_.momentum.value_or(0)});
}

Tensor BatchNorm::averaging(const Tensor& x) const {
  // The share is 1 / num_batches_tracked, which lies in memory, and changes from replay to replay of a captured step.
  const Tensor mean = zeros_like(running_mean), var = zeros_like(running_var);
  const Tensor y = batch_norm(x, weight, bias, mean, var, {.eps = options_.eps, .momentum = 1});
  const NoGrad no_grad;
  const Tensor share = 1 / cast(num_batches_tracked, running_mean->dtype());
  running_mean->add_((mean - running_mean) * share);
  running_var->add_((var - running_var) * share);
  return y;
}

}  // namespace lepton::nn
