// Layers that normalise each sample by itself.
#include "lepton/nn/norm.hpp"

#include "lepton/ops/norm.hpp"
#include "lepton/tensor/factory.hpp"

namespace lepton::nn {

LayerNorm::LayerNorm(const Shape& normalized_shape, const LayerNormOptions& o)
    : shape_(normalized_shape), eps_(o.eps) {
  if (!o.elementwise_affine) return;
  weight = Parameter(ones(shape_));
  if (o.bias) bias = Parameter(zeros(shape_));
}
Tensor LayerNorm::operator()(const Tensor& x) const {
  return with_hooks(x, [this](const Tensor& in) { return layer_norm(in, shape_, weight, bias, eps_); });
}

RMSNorm::RMSNorm(const Shape& normalized_shape, const RMSNormOptions& o)
    : shape_(normalized_shape), eps_(o.eps) {
  if (o.elementwise_affine) weight = Parameter(ones(shape_));
}
Tensor RMSNorm::operator()(const Tensor& x) const {
  return with_hooks(x, [this](const Tensor& in) { return rms_norm(in, shape_, weight, eps_); });
}

GroupNorm::GroupNorm(std::int64_t num_groups, std::int64_t num_channels, const GroupNormOptions& o)
    : groups_(num_groups), eps_(o.eps) {
  if (num_groups < 1 || num_channels % num_groups != 0)
    throw Error("GroupNorm", std::to_string(num_groups) + " groups do not divide " +
                                 std::to_string(num_channels) + " channels");
  if (!o.affine) return;
  weight = Parameter(ones({num_channels}));
  bias = Parameter(zeros({num_channels}));
}
Tensor GroupNorm::operator()(const Tensor& x) const {
  return with_hooks(x, [this](const Tensor& in) { return group_norm(in, groups_, weight, bias, eps_); });
}

InstanceNorm::InstanceNorm(std::int64_t channels, const InstanceNormLayerOptions& o, const char* name,
                           int rank)
    : options_(o), name_(name), rank_(rank) {
  if (o.affine) {
    weight = Parameter(ones({channels}));
    bias = Parameter(zeros({channels}));
  }
  if (o.track_running_stats) {
    running_mean = Buffer(zeros({channels}));
    running_var = Buffer(ones({channels}));
    num_batches_tracked = Buffer(zeros({}, {.dtype = i64}));
  }
}

Tensor InstanceNorm::operator()(const Tensor& x) const {
  if (x.rank() != rank_)
    throw Error(name_, "needs a tensor with " + std::to_string(rank_) + " axes, got " + to_string(x.shape()));
  return with_hooks(x, [this](const Tensor& in) {
    return instance_norm(in, running_mean, running_var, weight, bias,
                         {.use_input_stats = training() || !options_.track_running_stats,
                          .momentum = options_.momentum,
                          .eps = options_.eps});
  });
}

}  // namespace lepton::nn
