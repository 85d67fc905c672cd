// Pooling layers, and others that only rearrange.
#pragma once

#include "lepton/nn/module.hpp"
#include "lepton/ops/interpolate.hpp"
#include "lepton/ops/pool.hpp"

namespace lepton::nn {

// A stride of 0 stands for the kernel's size.

class LEPTON_API MaxPool1d : public Module {
 public:
  explicit MaxPool1d(std::int64_t kernel, std::int64_t stride = 0, std::int64_t padding = 0)
      : kernel_(kernel), stride_(stride), padding_(padding) {}
  Tensor operator()(const Tensor& x) const { return max_pool1d(x, kernel_, stride_, padding_); }
  LEPTON_FIELDS()

 private:
  std::int64_t kernel_, stride_, padding_;
};

/// The largest element of each window; MaxPool2d(2) halves a picture.
class LEPTON_API MaxPool2d : public Module {
 public:
  explicit MaxPool2d(Pair kernel, Pair stride = 0, Pair padding = 0)
      : kernel_(kernel), stride_(stride), padding_(padding) {}
  Tensor operator()(const Tensor& x) const { return max_pool2d(x, kernel_, stride_, padding_); }
  LEPTON_FIELDS()

 private:
  Pair kernel_, stride_, padding_;
};

class LEPTON_API MaxPool3d : public Module {
 public:
  explicit MaxPool3d(Triple kernel, Triple stride = 0, Triple padding = 0)
      : kernel_(kernel), stride_(stride), padding_(padding) {}
  Tensor operator()(const Tensor& x) const { return max_pool3d(x, kernel_, stride_, padding_); }
  LEPTON_FIELDS()

 private:
  Triple kernel_, stride_, padding_;
};

class LEPTON_API AvgPool1d : public Module {
 public:
  explicit AvgPool1d(std::int64_t kernel, std::int64_t stride = 0, std::int64_t padding = 0,
                     CountPadding count = CountPadding::yes)
      : kernel_(kernel), stride_(stride), padding_(padding), count_(count) {}
  Tensor operator()(const Tensor& x) const { return avg_pool1d(x, kernel_, stride_, padding_, count_); }
  LEPTON_FIELDS()

 private:
  std::int64_t kernel_, stride_, padding_;
  CountPadding count_;
};

class LEPTON_API AvgPool2d : public Module {
 public:
  explicit AvgPool2d(Pair kernel, Pair stride = 0, Pair padding = 0, CountPadding count = CountPadding::yes)
      : kernel_(kernel), stride_(stride), padding_(padding), count_(count) {}
  Tensor operator()(const Tensor& x) const { return avg_pool2d(x, kernel_, stride_, padding_, count_); }
  LEPTON_FIELDS()

 private:
  Pair kernel_, stride_, padding_;
  CountPadding count_;
};

class LEPTON_API AvgPool3d : public Module {
 public:
  explicit AvgPool3d(Triple kernel, Triple stride = 0, Triple padding = 0, CountPadding count = CountPadding::yes)
      : kernel_(kernel), stride_(stride), padding_(padding), count_(count) {}
  Tensor operator()(const Tensor& x) const { return avg_pool3d(x, kernel_, stride_, padding_, count_); }
  LEPTON_FIELDS()

 private:
  Triple kernel_, stride_, padding_;
  CountPadding count_;
};

class LEPTON_API LPPool1d : public Module {
 public:
  LPPool1d(double norm_type, std::int64_t kernel, std::int64_t stride = 0)
      : norm_(norm_type), kernel_(kernel), stride_(stride) {}
  Tensor operator()(const Tensor& x) const { return lp_pool1d(x, norm_, kernel_, stride_); }
  LEPTON_FIELDS()

 private:
  double norm_;
  std::int64_t kernel_, stride_;
};

class LEPTON_API LPPool2d : public Module {
 public:
  LPPool2d(double norm_type, Pair kernel, Pair stride = 0) : norm_(norm_type), kernel_(kernel), stride_(stride) {}
  Tensor operator()(const Tensor& x) const { return lp_pool2d(x, norm_, kernel_, stride_); }
  LEPTON_FIELDS()

 private:
  double norm_;
  Pair kernel_, stride_;
};

/// Pooling to a given size by a function of the ops; the six below.
template <class Size, Tensor (*kPool)(const Tensor&, Size)> class AdaptivePool : public Module {
 public:
  explicit AdaptivePool(Size output_size) : size_(output_size) {}
  Tensor operator()(const Tensor& x) const { return kPool(x, size_); }
  LEPTON_FIELDS()

 private:
  Size size_;
};
using AdaptiveAvgPool1d = AdaptivePool<std::int64_t, adaptive_avg_pool1d>;
using AdaptiveAvgPool2d = AdaptivePool<Pair, adaptive_avg_pool2d>;
using AdaptiveAvgPool3d = AdaptivePool<Triple, adaptive_avg_pool3d>;
using AdaptiveMaxPool1d = AdaptivePool<std::int64_t, adaptive_max_pool1d>;
using AdaptiveMaxPool2d = AdaptivePool<Pair, adaptive_max_pool2d>;
using AdaptiveMaxPool3d = AdaptivePool<Triple, adaptive_max_pool3d>;

/// interpolate as a layer.
class LEPTON_API Upsample : public Module {
 public:
  explicit Upsample(const InterpolateOptions& options) : options_(options) {}
  Tensor operator()(const Tensor& x) const { return interpolate(x, options_); }
  LEPTON_FIELDS()

 private:
  InterpolateOptions options_;
};

class LEPTON_API PixelShuffle : public Module {
 public:
  explicit PixelShuffle(std::int64_t upscale_factor) : factor_(upscale_factor) {}
  Tensor operator()(const Tensor& x) const { return pixel_shuffle(x, factor_); }
  LEPTON_FIELDS()

 private:
  std::int64_t factor_;
};

class LEPTON_API PixelUnshuffle : public Module {
 public:
  explicit PixelUnshuffle(std::int64_t downscale_factor) : factor_(downscale_factor) {}
  Tensor operator()(const Tensor& x) const { return pixel_unshuffle(x, factor_); }
  LEPTON_FIELDS()

 private:
  std::int64_t factor_;
};

/// Axes `start_dim` to `end_dim` become one: [N, ...] -> [N, everything else].
class LEPTON_API Flatten : public Module {
 public:
  explicit Flatten(std::int64_t start_dim = 1, std::int64_t end_dim = -1) : start_(start_dim), end_(end_dim) {}
  Tensor operator()(const Tensor& x) const { return x.flatten(start_, end_); }
  LEPTON_FIELDS()

 private:
  std::int64_t start_, end_;
};

/// An axis becomes several, of these sizes, one of which may be -1.
class LEPTON_API Unflatten : public Module {
 public:
  Unflatten(std::int64_t dim, const Shape& sizes) : dim_(dim), sizes_(sizes) {}
  Tensor operator()(const Tensor& x) const {
    Shape shape;
    const int axis = normalize_axis(dim_, x.rank(), "Unflatten");
    for (int i = 0; i < x.rank(); ++i) {
      if (i != axis) shape.push_back(x.shape()[i]);
      else
        for (const std::int64_t n : sizes_) shape.push_back(n);
    }
    return x.reshape(shape);
  }
  LEPTON_FIELDS()

 private:
  std::int64_t dim_;
  Shape sizes_;
};

}  // namespace lepton::nn
