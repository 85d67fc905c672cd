// Dataset: samples that can be asked for by index, whatever holds them.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lepton/core/export.hpp"
#include "lepton/core/shape.hpp"
#include "lepton/data/batch.hpp"

namespace lepton::data {

/// What a type must offer to be a dataset. `batch` is called from several threads at once.
template <class T>
concept DatasetLike = requires(const T& d, std::span<const std::int64_t> indices) {
  { d.size() } -> std::convertible_to<std::int64_t>;
  { d.batch(indices) } -> std::same_as<Batch>;
};

/// A dataset whose samples differ from epoch to epoch, by random transforms, takes the epoch as well.
template <class T>
concept DependsOnEpoch = requires(const T& d, std::span<const std::int64_t> indices, std::int64_t epoch) {
  { d.batch(indices, epoch) } -> std::same_as<Batch>;
};

/// Any `DatasetLike` type behind one value type; copies share the samples.
///
/// Of the members below, `size` and `batch` must exist in the wrapped type; where it has no `sample_shape`,
/// `labels`, `class_names` or `sample_names`, the default that is described there is used.
class LEPTON_API Dataset {
 public:
  /// An empty handle; using it throws.
  Dataset() = default;
  template <class T>
  requires(!std::same_as<T, Dataset> && DatasetLike<T>) Dataset(T samples)
      : self_(std::make_shared<const Model<T>>(std::move(samples))) {}

  bool defined() const { return bool(self_); }
  /// Number of samples.
  std::int64_t size() const { return self().size(); }
  /// The samples at these indices, in this order, as they are in an epoch (from 0). Throws for an index outside
  /// [0, size()).
  Batch batch(std::span<const std::int64_t> indices, std::int64_t epoch = 0) const;
  /// Shape of one sample of the batch's first tensor; read from sample 0 by default.
  Shape sample_shape() const { return self().sample_shape(); }
  /// Class of every sample; by default the second tensor of the batches, where it is i64 [N].
  std::vector<std::int64_t> labels() const { return self().labels(); }
  /// Names of the classes in the order of their numbers; empty by default.
  std::vector<std::string> class_names() const { return self().class_names(); }
  /// What each sample is called where it came from, a file's path for pictures; "0", "1", ... by default.
  std::vector<std::string> sample_names() const { return self().sample_names(); }

 private:
  struct LEPTON_API Interface {
    virtual ~Interface();
    virtual std::int64_t size() const = 0;
    virtual Batch batch(std::span<const std::int64_t> indices, std::int64_t epoch) const = 0;
    virtual Shape sample_shape() const;
    virtual std::vector<std::int64_t> labels() const;
    virtual std::vector<std::string> class_names() const { return {}; }
    virtual std::vector<std::string> sample_names() const;
  };

  template <class T> struct Model final : Interface {
    T value;
    explicit Model(T v) : value(std::move(v)) {}
    std::int64_t size() const override { return value.size(); }
    Batch batch(std::span<const std::int64_t> indices, std::int64_t epoch) const override {
      if constexpr (DependsOnEpoch<T>) return value.batch(indices, epoch);
      else return value.batch(indices);
    }
    Shape sample_shape() const override {
      if constexpr (requires { value.sample_shape(); }) return value.sample_shape();
      else return Interface::sample_shape();
    }
    std::vector<std::int64_t> labels() const override {
      if constexpr (requires { value.labels(); }) return value.labels();
      else return Interface::labels();
    }
    std::vector<std::string> class_names() const override {
      if constexpr (requires { value.class_names(); }) return value.class_names();
      else return Interface::class_names();
    }
    std::vector<std::string> sample_names() const override {
      if constexpr (requires { value.sample_names(); }) return value.sample_names();
      else return Interface::sample_names();
    }
  };

  const Interface& self() const {
    if (!self_) throw Error("Dataset", "it is empty: it was made without samples");
    return *self_;
  }

  std::shared_ptr<const Interface> self_;
};

/// Tensors in memory whose first axis counts samples: x, y, ... of a batch are rows copied from each.
class LEPTON_API TensorDataset {
 public:
  /// Throws unless all have the same first size. Tensors of other devices are copied to the CPU.
  explicit TensorDataset(std::vector<Tensor> tensors);
  template <std::same_as<Tensor>... More>
  explicit TensorDataset(Tensor x, More... more) : TensorDataset(std::vector<Tensor>{x, more...}) {}

  std::int64_t size() const { return size_; }
  Batch batch(std::span<const std::int64_t> indices) const;
  Shape sample_shape() const;

 private:
  std::vector<Tensor> tensors_;
  std::int64_t size_ = 0;
};

/// Samples of `shape` each that lie one after the other in memory of yours, with a target each: a class, or one
/// number ([N, 1] in the batches) or more. Nothing is copied, so the memory must stay as long as the dataset. Throws
/// where sizes do not fit.
///
///   std::vector<float> x(1000 * 20), y(1000);
///   Dataset rows = from_spans<float, float>(x, {20}, y);
template <class X, class Y>
Dataset from_spans(std::span<const X> x, const Shape& shape, std::span<const Y> y, std::int64_t targets = 1);

/// The samples of `dataset` at these indices, which may repeat. Throws for an index outside it.
LEPTON_API Dataset subset(const Dataset& dataset, std::vector<std::int64_t> indices);

/// How `split` draws.
enum class Stratify { none, by_label };

/// Two datasets: `fraction` of the samples, rounded, drawn by the seed, and the others; both in the order of
/// the original. `by_label` keeps the share of every class. Throws unless 0 < fraction < 1.
LEPTON_API std::pair<Dataset, Dataset> split(const Dataset& dataset, double fraction, std::uint64_t seed,
                                             Stratify stratify = Stratify::none);

/// `count` samples drawn by the seed, in the order of the original; all of them where there are no more.
LEPTON_API Dataset sample(const Dataset& dataset, std::int64_t count, std::uint64_t seed);

namespace detail {
/// [samples, sample...] for `count` numbers; throws where they are no whole number of samples.
LEPTON_API Shape shape_of_samples(std::size_t count, const Shape& sample, const char* what);
LEPTON_API Tensor view_of(const void* data, const Shape& shape, DType dtype);
}  // namespace detail

template <class X, class Y>
Dataset from_spans(std::span<const X> x, const Shape& shape, std::span<const Y> y, std::int64_t targets) {
  const Shape of_x = detail::shape_of_samples(x.size(), shape, "samples");
  Shape of_y = detail::shape_of_samples(y.size(), {targets}, "targets");
  if (dtype_of<Y> == i64 && targets == 1) of_y = {of_y[0]};
  return TensorDataset(detail::view_of(x.data(), of_x, dtype_of<X>),
                       detail::view_of(y.data(), of_y, dtype_of<Y>));
}

}  // namespace lepton::data
