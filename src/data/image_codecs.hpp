// The picture formats behind `decode_image`.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "lepton/data/image.hpp"

namespace lepton::data {

using Bytes = std::span<const std::uint8_t>;

/// How much of a file is wanted. Reading the size leaves `Image::pixels` empty.
enum class Decode { size, pixels };

/// What to do about a broken picture.
inline constexpr const char* kGetAnew = "get the file anew, or take it out of its folder";

bool is_jpeg(Bytes bytes);
bool is_png(Bytes bytes);
Image decode_jpeg(Bytes bytes, const std::string& name, Decode what);
Image decode_png(Bytes bytes, const std::string& name, Decode what);

/// Throws where a picture of this size is too large, or cannot come out of so few bytes.
void check_image_size(std::uint64_t height, std::uint64_t width, std::size_t bytes, const std::string& name);

/// Orientation, 1 to 8, in the content of a JPEG's APP1 marker; 1 where it has none or makes no sense.
int exif_orientation(Bytes app1);

/// Height and width change places in orientations 5 to 8.
inline bool swaps_axes(int orientation) { return orientation >= 5; }

/// The picture as its orientation means it to be seen.
Image orient(const Image& image, int orientation);

}  // namespace lepton::data
