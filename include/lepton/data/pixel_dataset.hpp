// PixelDataset: labelled pictures that lie in memory as bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lepton/core/export.hpp"
#include "lepton/data/batch.hpp"

namespace lepton::data {

/// Pictures and their classes. images: u8 [N, C, H, W]; labels: i64 [N].
struct Pixels {
  Tensor images;
  Tensor labels;
};

/// A dataset of such pictures. Batches are x: f32 [N, C, H, W], the bytes divided by 255, and y: i64 [N].
class LEPTON_API PixelDataset {
 public:
  /// Throws where types or sizes do not fit, or where a label has no name in `class_names`.
  explicit PixelDataset(Pixels pixels, std::vector<std::string> class_names = {});

  std::int64_t size() const { return pixels_.labels.numel(); }
  Batch batch(std::span<const std::int64_t> indices) const;
  Shape sample_shape() const;
  std::vector<std::int64_t> labels() const;
  std::vector<std::string> class_names() const { return class_names_; }

 private:
  Pixels pixels_;
  std::vector<std::string> class_names_;
};

/// The pictures resized, each channel by itself; the same tensor where they have that size already.
LEPTON_API Tensor resize_pixels(const Tensor& images, std::int64_t height, std::int64_t width);

}  // namespace lepton::data
