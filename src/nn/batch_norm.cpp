// The batch normalisation layer.
#include "lepton/nn/batch_norm.hpp"

#include "lepton/autograd/no_grad.hpp"
#include "lepton/ops/norm.hpp"
#include "lepton/tensor/factory.hpp"

namespace lepton::nn {

BatchNorm2d::BatchNorm2d(std::int64_t channels, const BatchNormLayerOptions& options)
    : weight(ones({channels})),
      bias(zeros({channels})),
      running_mean(zeros({channels})),
      running_var(ones({channels})),
      num_batches_tracked(zeros({}, {.dtype = i64})),
      options_(options) {}

Tensor BatchNorm2d::operator()(const Tensor& x) const {
  if (x.rank() != 4) throw Error("BatchNorm2d", "needs [N, C, H, W], got " + to_string(x.shape()));
  if (training()) {
    const NoGrad no_grad;
    num_batches_tracked->add_(ones({}, {.dtype = i64, .device = x.device()}));
  }
  return batch_norm(x, weight, bias, running_mean, running_var,
                    {.training = training(), .eps = options_.eps, .momentum = options_.momentum});
}

}  // namespace lepton::nn
