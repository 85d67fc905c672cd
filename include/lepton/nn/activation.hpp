// Activations with parameters or settings as layers. Those without need none: Sequential{..., relu, gelu, ...}.
#pragma once

#include "lepton/nn/module.hpp"
#include "lepton/ops/activation.hpp"
#include "lepton/ops/softmax.hpp"

namespace lepton::nn {

class LEPTON_API LeakyReLU : public Module {
 public:
  explicit LeakyReLU(double negative_slope = 0.01) : slope_(negative_slope) {}
  Tensor operator()(const Tensor& x) const { return leaky_relu(x, slope_); }
  LEPTON_FIELDS()

 private:
  double slope_;
};

/// prelu with one slope, or one a channel, that is trained.
class LEPTON_API PReLU : public Module {
 public:
  explicit PReLU(std::int64_t num_parameters = 1, double init = 0.25);
  Tensor operator()(const Tensor& x) const { return prelu(x, weight); }

  Parameter weight;
  LEPTON_FIELDS(weight)
};

class LEPTON_API ELU : public Module {
 public:
  explicit ELU(double alpha = 1) : alpha_(alpha) {}
  Tensor operator()(const Tensor& x) const { return elu(x, alpha_); }
  LEPTON_FIELDS()

 private:
  double alpha_;
};

class LEPTON_API CELU : public Module {
 public:
  explicit CELU(double alpha = 1) : alpha_(alpha) {}
  Tensor operator()(const Tensor& x) const { return celu(x, alpha_); }
  LEPTON_FIELDS()

 private:
  double alpha_;
};

class LEPTON_API Softplus : public Module {
 public:
  explicit Softplus(double beta = 1, double threshold = 20) : beta_(beta), threshold_(threshold) {}
  Tensor operator()(const Tensor& x) const { return softplus(x, beta_, threshold_); }
  LEPTON_FIELDS()

 private:
  double beta_, threshold_;
};

class LEPTON_API Hardtanh : public Module {
 public:
  explicit Hardtanh(double min_val = -1, double max_val = 1) : low_(min_val), high_(max_val) {}
  Tensor operator()(const Tensor& x) const { return hardtanh(x, low_, high_); }
  LEPTON_FIELDS()

 private:
  double low_, high_;
};

class LEPTON_API Hardshrink : public Module {
 public:
  explicit Hardshrink(double lambda = 0.5) : lambda_(lambda) {}
  Tensor operator()(const Tensor& x) const { return hardshrink(x, lambda_); }
  LEPTON_FIELDS()

 private:
  double lambda_;
};

class LEPTON_API Softshrink : public Module {
 public:
  explicit Softshrink(double lambda = 0.5) : lambda_(lambda) {}
  Tensor operator()(const Tensor& x) const { return softshrink(x, lambda_); }
  LEPTON_FIELDS()

 private:
  double lambda_;
};

class LEPTON_API Threshold : public Module {
 public:
  Threshold(double threshold, double value) : limit_(threshold), below_(value) {}
  Tensor operator()(const Tensor& x) const { return threshold(x, limit_, below_); }
  LEPTON_FIELDS()

 private:
  double limit_, below_;
};

/// rrelu, with random slopes in training.
class LEPTON_API RReLU : public Module {
 public:
  explicit RReLU(double lower = 1.0 / 8, double upper = 1.0 / 3) : lower_(lower), upper_(upper) {}
  Tensor operator()(const Tensor& x) const {
    return rrelu(x, {.lower = lower_, .upper = upper_, .training = training()});
  }
  LEPTON_FIELDS()

 private:
  double lower_, upper_;
};

/// softmax along an axis.
class LEPTON_API Softmax : public Module {
 public:
  explicit Softmax(std::int64_t axis = -1) : axis_(axis) {}
  Tensor operator()(const Tensor& x) const { return softmax(x, axis_); }
  LEPTON_FIELDS()

 private:
  std::int64_t axis_;
};

/// softmin along an axis.
class LEPTON_API Softmin : public Module {
 public:
  explicit Softmin(std::int64_t axis = -1) : axis_(axis) {}
  Tensor operator()(const Tensor& x) const { return softmin(x, axis_); }
  LEPTON_FIELDS()

 private:
  std::int64_t axis_;
};

/// log_softmax along an axis.
class LEPTON_API LogSoftmax : public Module {
 public:
  explicit LogSoftmax(std::int64_t axis = -1) : axis_(axis) {}
  Tensor operator()(const Tensor& x) const { return log_softmax(x, axis_); }
  LEPTON_FIELDS()

 private:
  std::int64_t axis_;
};

/// glu along an axis, which is halved.
class LEPTON_API GLU : public Module {
 public:
  explicit GLU(std::int64_t axis = -1) : axis_(axis) {}
  Tensor operator()(const Tensor& x) const { return glu(x, axis_); }
  LEPTON_FIELDS()

 private:
  std::int64_t axis_;
};

}  // namespace lepton::nn
