// The dropout layers.
#pragma once

#include "lepton/nn/module.hpp"

namespace lepton::nn {

/// In training, zeroes elements with probability p and divides the others by 1 - p; the identity in evaluation.
class LEPTON_API Dropout : public Module {
 public:
  explicit Dropout(double p = 0.5);
  Tensor operator()(const Tensor& x) const;
  LEPTON_FIELDS()

 private:
  double p_;
};

/// The same of whole channels of [N, C, ...] (Tompson et al. 2015).
class LEPTON_API ChannelDropout : public Module {
 public:
  explicit ChannelDropout(double p = 0.5);
  Tensor operator()(const Tensor& x) const;
  LEPTON_FIELDS()

 private:
  double p_;
};
using Dropout1d = ChannelDropout;
using Dropout2d = ChannelDropout;
using Dropout3d = ChannelDropout;

/// Dropout for selu: elements become its lowest value instead of 0, and all are scaled and shifted so that mean 0 and
/// variance 1 stay (Klambauer et al. 2017).
class LEPTON_API AlphaDropout : public Module {
 public:
  explicit AlphaDropout(double p = 0.5);
  Tensor operator()(const Tensor& x) const;
  LEPTON_FIELDS()

 private:
  double p_;
};

/// The same of whole channels of [N, C, ...].
class LEPTON_API FeatureAlphaDropout : public Module {
 public:
  explicit FeatureAlphaDropout(double p = 0.5);
  Tensor operator()(const Tensor& x) const;
  LEPTON_FIELDS()

 private:
  double p_;
};

}  // namespace lepton::nn
