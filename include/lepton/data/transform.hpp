// Transforms of pictures, composed, and put before a dataset.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "lepton/core/export.hpp"
#include "lepton/data/dataset.hpp"
#include "lepton/data/random_stream.hpp"

namespace lepton::data {

/// A picture as transforms see it: planes [channels, height, width], row-major, in [0, 1] until it is normalised.
struct Planes {
  std::int64_t channels = 0, height = 0, width = 0;
  std::vector<float> values;

  std::int64_t plane() const { return height * width; }
  float* channel(std::int64_t c) { return values.data() + c * plane(); }
  const float* channel(std::int64_t c) const { return values.data() + c * plane(); }
};

/// Changes a picture, by what it draws from the stream; of another size where it says so. Called from several
/// threads at once. Those of lepton are in data/transforms.hpp; any function will do.
using Transform = std::function<void(Planes& picture, RandomStream& random)>;

/// Applies transforms in order:
///
///   Transforms train{RandomCrop{.height = 28, .width = 28, .padding = 2}, Flip{}, Normalise{.mean = {0.5}, ...}};
class LEPTON_API Transforms {
 public:
  Transforms(std::initializer_list<Transform> steps) : steps_(steps) {}
  explicit Transforms(std::vector<Transform> steps) : steps_(std::move(steps)) {}

  void operator()(Planes& picture, RandomStream& random) const {
    for (const Transform& step : steps_) step(picture, random);
  }
  bool empty() const { return steps_.empty(); }

 private:
  std::vector<Transform> steps_;
};

/// The same samples, with the pictures of the batches' first tensor, f32 [N, C, H, W], transformed. What is drawn
/// depends on (seed, epoch, index of the sample) alone: on no order, and on no number of workers. Batches throw for
/// other tensors, and where pictures leave the transforms in different sizes.
LEPTON_API Dataset transformed(const Dataset& dataset, Transforms transforms, std::uint64_t seed = 0);

}  // namespace lepton::data
