// Image: pictures read from JPEG and PNG files, and resized.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lepton/core/export.hpp"

namespace lepton::data {

/// A picture of 8 bits a sample: `pixels` is [height, width, channels], row-major.
struct Image {
  std::int64_t height = 0, width = 0;
  std::int64_t channels = 0;  ///< 1 grey, 3 RGB
  std::vector<std::uint8_t> pixels;
};

/// Sizes of a picture as `decode_image` would return it.
struct ImageSize {
  std::int64_t height = 0, width = 0;
  std::int64_t channels = 0;
  bool operator==(const ImageSize&) const = default;
};

/// Largest picture that is decoded, in pixels; beyond it a file is refused as a decompression bomb.
inline constexpr std::int64_t kMaxImagePixels = 178'956'970;

/// The picture in a JPEG or PNG file, recognised by its content: grey or RGB. 16 bits are rounded to 8, a
/// palette is looked up, alpha is dropped, a JPEG is turned upright by its EXIF orientation. Throws, naming
/// the file, where it cannot be read, is of another kind, is truncated or corrupt, is CMYK, or is too large.
LEPTON_API Image decode_image(const std::string& path);

/// The same from bytes; `name` stands for the file in messages.
LEPTON_API Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name);

/// Sizes from the header alone.
LEPTON_API ImageSize image_size(const std::string& path);
LEPTON_API ImageSize image_size(std::span<const std::uint8_t> bytes, const std::string& name);

/// Antialiased bilinear resize: a triangle filter as wide as the step between output pixels, horizontally,
/// then vertically, rounded to 8 bits after each: equal to Pillow's `Image.resize(size, BILINEAR)` within
/// one level. Throws for sizes below 1 or beyond `kMaxImagePixels`.
LEPTON_API Image resize(const Image& image, std::int64_t height, std::int64_t width);

/// Grey from RGB by 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), RGB from grey by repeating it.
LEPTON_API Image with_channels(const Image& image, std::int64_t channels);

}  // namespace lepton::data
