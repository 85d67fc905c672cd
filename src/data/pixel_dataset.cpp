// Labelled pictures in memory.
#include "lepton/data/pixel_dataset.hpp"

#include <algorithm>
#include <utility>

#include "lepton/core/error.hpp"
#include "lepton/core/parallel.hpp"
#include "lepton/data/image.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/data/gather.hpp"

namespace lepton::data {

PixelDataset::PixelDataset(Pixels pixels, std::vector<std::string> class_names)
    : pixels_(std::move(pixels)), class_names_(std::move(class_names)) {
  const Tensor &x = pixels_.images, &y = pixels_.labels;
  if (x.dtype() != u8 || x.rank() != 4 || y.dtype() != i64 || y.rank() != 1 || x.size(0) != y.size(0))
    throw Error("PixelDataset", "takes images u8 [N, C, H, W] and labels i64 [N], not " +
                                    to_string(x.shape()) + " and " + to_string(y.shape()));
  if (class_names_.empty()) return;
  for (const std::int64_t label : y.span<std::int64_t>())
    if (label < 0 || label >= std::int64_t(class_names_.size()))
      throw Error("PixelDataset", "label " + std::to_string(label) + " with " +
                                      std::to_string(class_names_.size()) + " class names");
}

Batch PixelDataset::batch(std::span<const std::int64_t> indices) const {
  check_indices(indices, size(), "PixelDataset");
  Shape shape = pixels_.images.shape();
  const std::int64_t n = std::int64_t(indices.size()), each = sample_shape().numel();
  shape[0] = n;
  Tensor x = empty(shape), y = empty({n}, {.dtype = i64});
  const std::uint8_t* pixels = pixels_.images.data<std::uint8_t>();
  const std::int64_t* labels = pixels_.labels.data<std::int64_t>();
  for (std::int64_t k = 0; k < n; ++k) {
    const std::int64_t i = indices[std::size_t(k)];
    scale_pixels(pixels + i * each, each, x.data<float>() + k * each);
    y.data<std::int64_t>()[k] = labels[i];
  }
  return Batch({x, y});
}

Shape PixelDataset::sample_shape() const {
  Shape shape = pixels_.images.shape();
  shape.erase(0);
  return shape;
}

std::vector<std::int64_t> PixelDataset::labels() const {
  const auto y = pixels_.labels.span<std::int64_t>();
  return {y.begin(), y.end()};
}

Tensor resize_pixels(const Tensor& images, std::int64_t height, std::int64_t width) {
  const std::int64_t N = images.size(0), C = images.size(1), H = images.size(2), W = images.size(3);
  if (H == height && W == width) return images;
  Tensor out = empty({N, C, height, width}, {.dtype = u8});
  const std::uint8_t* from = images.data<std::uint8_t>();
  std::uint8_t* to = out.data<std::uint8_t>();
  parallel_for(N * C, [&](std::int64_t i) {
    const Image plane{H, W, 1, {from + i * H * W, from + (i + 1) * H * W}};
    const Image small = resize(plane, height, width);
    std::copy(small.pixels.begin(), small.pixels.end(), to + i * height * width);
  });
  return out;
}

}  // namespace lepton::data
