// What datasets have by default, tensors as a dataset, and choosing samples.
#include "lepton/data/dataset.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <numeric>

#include "lepton/core/error.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/data/gather.hpp"
#include "src/data/permutation.hpp"

namespace lepton::data {
namespace {

constexpr std::int64_t kLabelChunk = 1024;  // samples asked for at once where only their labels are wanted

}  // namespace

void check_indices(std::span<const std::int64_t> indices, std::int64_t size, const char* who) {
  for (const std::int64_t i : indices)
    if (i < 0 || i >= size)
      throw Error(who, "there is no sample " + std::to_string(i) + " among " + std::to_string(size));
}

Dataset::Interface::~Interface() = default;

Batch Dataset::batch(std::span<const std::int64_t> indices, std::int64_t epoch) const {
  check_indices(indices, size(), "Dataset");
  return self().batch(indices, epoch);
}

Shape Dataset::Interface::sample_shape() const {
  if (size() == 0) throw Error("Dataset", "a dataset without samples has no sample_shape");
  const std::int64_t first = 0;
  Shape shape = batch({&first, 1}, 0)[0].shape();
  if (shape.rank()) shape.erase(0);
  return shape;
}

std::vector<std::int64_t> Dataset::Interface::labels() const {
  std::vector<std::int64_t> all, indices;
  for (std::int64_t from = 0; from < size(); from += kLabelChunk) {
    indices.resize(std::size_t(std::min(kLabelChunk, size() - from)));
    std::iota(indices.begin(), indices.end(), from);
    const Batch chunk = batch(indices, 0);
    if (chunk.size() < 2 || chunk[1].dtype() != i64 || chunk[1].rank() != 1)
      throw Error("Dataset", "it has no labels: the second tensor of its batches is not i64 [N]");
    const auto y = chunk[1].span<std::int64_t>();
    all.insert(all.end(), y.begin(), y.end());
  }
  return all;
}

std::vector<std::string> Dataset::Interface::sample_names() const {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < size(); ++i) names.push_back(std::to_string(i));
  return names;
}

TensorDataset::TensorDataset(std::vector<Tensor> tensors) : tensors_(std::move(tensors)) {
  if (tensors_.empty()) throw Error("TensorDataset", "needs at least one tensor");
  for (Tensor& t : tensors_) {
    if (t.rank() == 0) throw Error("TensorDataset", "a scalar has no axis that counts samples");
    if (t.size(0) != tensors_[0].size(0))
      throw Error("TensorDataset", "first sizes differ: " + to_string(tensors_[0].shape()) + " and " +
                                       to_string(t.shape()) + "; the first axis of each counts samples");
    t = t.detach().to(kCpu).contiguous();
  }
  size_ = tensors_[0].size(0);
}

Batch TensorDataset::batch(std::span<const std::int64_t> indices) const {
  check_indices(indices, size_, "TensorDataset");
  Batch out;
  for (const Tensor& t : tensors_) {
    Shape shape = t.shape();
    shape[0] = std::int64_t(indices.size());
    Tensor rows = empty(shape, {.dtype = t.dtype()});
    if (!indices.empty()) {
      const std::size_t bytes = std::size_t(rows.numel()) / indices.size() * size_of(t.dtype());
      const char* from = static_cast<const char*>(t.raw());
      char* to = static_cast<char*>(rows.raw());
      for (const std::int64_t i : indices) {
        std::memcpy(to, from + std::size_t(i) * bytes, bytes);
        to += bytes;
      }
    }
    out.push(std::move(rows));
  }
  return out;
}

Shape TensorDataset::sample_shape() const {
  Shape shape = tensors_[0].shape();
  shape.erase(0);
  return shape;
}

Shape detail::shape_of_samples(std::size_t count, const Shape& sample, const char* what) {
  const std::int64_t each = sample.numel();
  if (each < 1 || std::int64_t(count) % each != 0)
    throw Error("from_spans", std::to_string(count) + " numbers are no whole number of " + what +
                                  " of shape " + to_string(sample));
  Shape shape = sample;
  shape.insert(0, std::int64_t(count) / each);
  return shape;
}

Tensor detail::view_of(const void* data, const Shape& shape, DType dtype) {
  return lepton::detail::from_blob(const_cast<void*>(data), shape, dtype, {});  // a TensorDataset only reads
}

namespace {

/// Some samples of another dataset, by their indices in it.
struct Subset {
  Dataset whole;
  std::vector<std::int64_t> indices;

  std::int64_t size() const { return std::int64_t(indices.size()); }
  Shape sample_shape() const { return whole.sample_shape(); }
  std::vector<std::string> class_names() const { return whole.class_names(); }
  std::vector<std::int64_t> labels() const { return pick(whole.labels()); }
  std::vector<std::string> sample_names() const { return pick(whole.sample_names()); }
  Batch batch(std::span<const std::int64_t> wanted, std::int64_t epoch = 0) const {
    std::vector<std::int64_t> there;
    there.reserve(wanted.size());
    for (const std::int64_t i : wanted) there.push_back(indices[std::size_t(i)]);
    return whole.batch(there, epoch);
  }
  template <class T> std::vector<T> pick(const std::vector<T>& all) const {
    std::vector<T> picked;
    picked.reserve(indices.size());
    for (const std::int64_t i : indices) picked.push_back(all[std::size_t(i)]);
    return picked;
  }
};

/// The indices of the samples, in groups that are split each by itself.
std::vector<std::vector<std::int64_t>> groups_of(const Dataset& dataset, Stratify stratify) {
  std::map<std::int64_t, std::vector<std::int64_t>> groups;
  if (stratify == Stratify::by_label) {
    const std::vector<std::int64_t> labels = dataset.labels();
    for (std::size_t i = 0; i < labels.size(); ++i) groups[labels[i]].push_back(std::int64_t(i));
  } else {
    groups[0].resize(std::size_t(dataset.size()));
    std::iota(groups[0].begin(), groups[0].end(), 0);
  }
  std::vector<std::vector<std::int64_t>> out;
  for (auto& [label, indices] : groups) out.push_back(std::move(indices));
  return out;
}

}  // namespace

Dataset subset(const Dataset& dataset, std::vector<std::int64_t> indices) {
  check_indices(indices, dataset.size(), "subset");
  return Subset{dataset, std::move(indices)};
}

std::pair<Dataset, Dataset> split(const Dataset& dataset, double fraction, std::uint64_t seed,
                                  Stratify stratify) {
  if (!(fraction > 0 && fraction < 1))
    throw Error("split", "the fraction must lie between 0 and 1, not " + std::to_string(fraction));
  std::vector<std::int64_t> first, second;
  std::uint32_t group_number = 0;
  for (const auto& group : groups_of(dataset, stratify)) {
    const std::int64_t n = std::int64_t(group.size());
    const std::int64_t taken = std::llround(fraction * double(n));
    const auto order = permutation(n, RandomStream(seed, Purpose::split, group_number++));
    for (std::int64_t i = 0; i < n; ++i)
      (i < taken ? first : second).push_back(group[std::size_t(order[std::size_t(i)])]);
  }
  std::sort(first.begin(), first.end());
  std::sort(second.begin(), second.end());
  return {subset(dataset, std::move(first)), subset(dataset, std::move(second))};
}

Dataset sample(const Dataset& dataset, std::int64_t count, std::uint64_t seed) {
  if (count < 0) throw Error("sample", "cannot draw " + std::to_string(count) + " samples");
  if (count >= dataset.size()) return dataset;
  auto order = permutation(dataset.size(), RandomStream(seed, Purpose::sample, 0));
  order.resize(std::size_t(count));
  std::sort(order.begin(), order.end());
  return subset(dataset, std::move(order));
}

}  // namespace lepton::data
