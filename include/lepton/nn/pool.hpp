// Pooling layers, and others that only rearrange.
#pragma once

#include "lepton/nn/module.hpp"
#include "lepton/ops/interpolate.hpp"
#include "lepton/ops/pool.hpp"
#include "lepton/ops/unpool.hpp"

namespace lepton::nn {

// A stride of 0 stands for the kernel's size. Settings are in PyTorch's order where it has them, MaxPool2d(2) halves a
// picture. The templates are what the layers named below them have in common.

/// The largest element of each window by functions of the ops.
template <class Size, auto kPool, auto kPoolWithIndices> class MaxPool : public Module {
 public:
  explicit MaxPool(Size kernel, Size stride = 0, Size padding = 0, Size dilation = 1,
                   CeilMode ceil = CeilMode::no)
      : kernel_(kernel), stride_(stride), padding_(padding), dilation_(dilation), ceil_(ceil) {}
  Tensor operator()(const Tensor& x) const { return kPool(x, kernel_, stride_, padding_, dilation_, ceil_); }
  /// The same, and where the largest elements stand, which MaxUnpool needs.
  std::pair<Tensor, Tensor> with_indices(const Tensor& x) const {
    return kPoolWithIndices(x, kernel_, stride_, padding_, dilation_, ceil_);
  }
  LEPTON_FIELDS()

 private:
  Size kernel_, stride_, padding_, dilation_;
  CeilMode ceil_;
};
class LEPTON_API MaxPool1d : public MaxPool<std::int64_t, max_pool1d, max_pool1d_with_indices> {
 public:
  using MaxPool::MaxPool;
};
class LEPTON_API MaxPool2d : public MaxPool<Pair, max_pool2d, max_pool2d_with_indices> {
 public:
  using MaxPool::MaxPool;
};
class LEPTON_API MaxPool3d : public MaxPool<Triple, max_pool3d, max_pool3d_with_indices> {
 public:
  using MaxPool::MaxPool;
};

/// Elements put back to where max pooling found them, zeros elsewhere: unpool(y, indices), or with the size that is
/// wanted where pooling has rounded it.
template <class Size, auto kUnpool> class MaxUnpool : public Module {
 public:
  explicit MaxUnpool(Size kernel, Size stride = 0, Size padding = 0)
      : kernel_(kernel), stride_(stride), padding_(padding) {}
  Tensor operator()(const Tensor& x, const Tensor& indices, std::optional<Size> size = {}) const {
    return kUnpool(x, indices, kernel_, stride_, padding_, size);
  }
  LEPTON_FIELDS()

 private:
  Size kernel_, stride_, padding_;
};
class LEPTON_API MaxUnpool1d : public MaxUnpool<std::int64_t, max_unpool1d> {
 public:
  using MaxUnpool::MaxUnpool;
};
class LEPTON_API MaxUnpool2d : public MaxUnpool<Pair, max_unpool2d> {
 public:
  using MaxUnpool::MaxUnpool;
};
class LEPTON_API MaxUnpool3d : public MaxUnpool<Triple, max_unpool3d> {
 public:
  using MaxUnpool::MaxUnpool;
};

class LEPTON_API AvgPool1d : public Module {
 public:
  explicit AvgPool1d(std::int64_t kernel, std::int64_t stride = 0, std::int64_t padding = 0,
                     CountPadding count = CountPadding::yes, CeilMode ceil = CeilMode::no)
      : kernel_(kernel), stride_(stride), padding_(padding), count_(count), ceil_(ceil) {}
  Tensor operator()(const Tensor& x) const {
    return avg_pool1d(x, kernel_, stride_, padding_, count_, ceil_);
  }
  LEPTON_FIELDS()

 private:
  std::int64_t kernel_, stride_, padding_;
  CountPadding count_;
  CeilMode ceil_;
};

/// The mean of each window, or its sum by `divisor`.
template <class Size, auto kPool> class AvgPool : public Module {
 public:
  explicit AvgPool(Size kernel, Size stride = 0, Size padding = 0, CountPadding count = CountPadding::yes,
                   CeilMode ceil = CeilMode::no, std::int64_t divisor = 0)
      : kernel_(kernel), stride_(stride), padding_(padding), count_(count), ceil_(ceil), divisor_(divisor) {}
  Tensor operator()(const Tensor& x) const {
    return kPool(x, kernel_, stride_, padding_, count_, ceil_, divisor_);
  }
  LEPTON_FIELDS()

 private:
  Size kernel_, stride_, padding_;
  CountPadding count_;
  CeilMode ceil_;
  std::int64_t divisor_;
};
class LEPTON_API AvgPool2d : public AvgPool<Pair, avg_pool2d> {
 public:
  using AvgPool::AvgPool;
};
class LEPTON_API AvgPool3d : public AvgPool<Triple, avg_pool3d> {
 public:
  using AvgPool::AvgPool;
};

/// The norm of each window.
template <class Size, auto kPool> class LPPool : public Module {
 public:
  LPPool(double norm_type, Size kernel, Size stride = 0, CeilMode ceil = CeilMode::no)
      : norm_(norm_type), kernel_(kernel), stride_(stride), ceil_(ceil) {}
  Tensor operator()(const Tensor& x) const { return kPool(x, norm_, kernel_, stride_, ceil_); }
  LEPTON_FIELDS()

 private:
  double norm_;
  Size kernel_, stride_;
  CeilMode ceil_;
};
class LEPTON_API LPPool1d : public LPPool<std::int64_t, lp_pool1d> {
 public:
  using LPPool::LPPool;
};
class LEPTON_API LPPool2d : public LPPool<Pair, lp_pool2d> {
 public:
  using LPPool::LPPool;
};
class LEPTON_API LPPool3d : public LPPool<Triple, lp_pool3d> {
 public:
  using LPPool::LPPool;
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
  explicit Flatten(std::int64_t start_dim = 1, std::int64_t end_dim = -1)
      : start_(start_dim), end_(end_dim) {}
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
