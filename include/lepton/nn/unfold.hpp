// Windows as columns, and back, as layers.
#pragma once

#include "lepton/nn/module.hpp"
#include "lepton/ops/unfold.hpp"

namespace lepton::nn {

/// unfold as a layer: Unfold({.kernel = 3, .padding = 1}).
class LEPTON_API Unfold : public Module {
 public:
  explicit Unfold(const UnfoldOptions& options) : options_(options) {}
  Tensor operator()(const Tensor& x) const { return unfold(x, options_); }
  LEPTON_FIELDS()

 private:
  UnfoldOptions options_;
};

/// fold as a layer, to pictures of `size`.
class LEPTON_API Fold : public Module {
 public:
  Fold(Pair size, const UnfoldOptions& options) : size_(size), options_(options) {}
  Tensor operator()(const Tensor& x) const { return fold(x, size_, options_); }
  LEPTON_FIELDS()

 private:
  Pair size_;
  UnfoldOptions options_;
};

}  // namespace lepton::nn
