// A dataset with transforms before it.
#include "lepton/data/transform.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include "lepton/core/error.hpp"
#include "lepton/tensor/factory.hpp"

namespace lepton::data {
namespace {

struct Transformed {
  Dataset samples;
  Transforms transforms;
  std::uint64_t seed;

  std::int64_t size() const { return samples.size(); }
  std::vector<std::int64_t> labels() const { return samples.labels(); }
  std::vector<std::string> class_names() const { return samples.class_names(); }
  std::vector<std::string> sample_names() const { return samples.sample_names(); }

  Batch batch(std::span<const std::int64_t> indices, std::int64_t epoch = 0) const {
    Batch out = samples.batch(indices, epoch);
    if (indices.empty()) return out;
    const Tensor x = out[0].contiguous();
    if (x.dtype() != f32 || x.rank() != 4)
      throw Error("transformed", "takes pictures f32 [N, C, H, W], not " + std::string(name_of(x.dtype())) +
                                     " " + to_string(x.shape()));
    const std::int64_t each = x.numel() / x.size(0);
    Tensor y;
    for (std::int64_t k = 0; k < x.size(0); ++k) {
      const float* from = x.data<float>() + k * each;
      Planes picture{x.size(1), x.size(2), x.size(3), {from, from + each}};
      RandomStream random(seed, Purpose::transform, std::uint32_t(indices[std::size_t(k)]),
                          std::uint32_t(epoch));
      transforms(picture, random);
      put(picture, k, x.size(0), y);
    }
    out[0] = y;
    return out;
  }

 private:
  /// Into place k of y, which is made by the first.
  static void put(const Planes& picture, std::int64_t k, std::int64_t count, Tensor& y) {
    const Shape shape{count, picture.channels, picture.height, picture.width};
    if (!y.defined()) y = empty(shape);
    if (y.shape() != shape || std::int64_t(picture.values.size()) != shape.numel() / count)
      throw Error("transformed", "pictures differ in size after their transforms: " + to_string(y.shape()) +
                                     " and " + to_string(shape) + "; end them with Resize, or a crop");
    std::copy(picture.values.begin(), picture.values.end(),
              y.data<float>() + k * std::int64_t(picture.values.size()));
  }
};

}  // namespace

Dataset transformed(const Dataset& dataset, Transforms transforms, std::uint64_t seed) {
  if (!dataset.defined()) throw Error("transformed", "the dataset is empty: it was made without samples");
  return Transformed{dataset, std::move(transforms), seed};
}

}  // namespace lepton::data
