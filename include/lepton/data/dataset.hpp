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
  /// The samples at these indices, in this order. Throws for an index outside [0, size()).
  Batch batch(std::span<const std::int64_t> indices) const;
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
    virtual Batch batch(std::span<const std::int64_t> indices) const = 0;
    virtual Shape sample_shape() const;
    virtual std::vector<std::int64_t> labels() const;
    virtual std::vector<std::string> class_names() const { return {}; }
    virtual std::vector<std::string> sample_names() const;
  };

  template <class T> struct Model final : Interface {
    T value;
    explicit Model(T v) : value(std::move(v)) {}
    std::int64_t size() const override { return value.size(); }
    Batch batch(std::span<const std::int64_t> indices) const override { return value.batch(indices); }
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

}  // namespace lepton::data
