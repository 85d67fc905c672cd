// The orientation that a camera writes into a JPEG, and turning a picture by it.
#include <cstring>

#include "src/data/image_codecs.hpp"

namespace lepton::data {
namespace {

constexpr std::uint32_t kOrientationTag = 0x0112, kShortType = 3;
constexpr std::size_t kPrefix = 6;       // of the marker's content, before the TIFF structure
constexpr std::size_t kEntryBytes = 12;  // tag 2, type 2, count 4, value 4

/// The TIFF structure inside the marker, in the byte order that it declares. Reads beyond its end give 0.
struct Tiff {
  Bytes bytes;
  bool little;

  std::uint32_t at(std::size_t offset) const { return offset < bytes.size() ? bytes[offset] : 0u; }
  std::uint32_t u16(std::size_t o) const { return little ? at(o + 1) << 8 | at(o) : at(o) << 8 | at(o + 1); }
  std::uint32_t u32(std::size_t o) const {
    return little ? u16(o + 2) << 16 | u16(o) : u16(o) << 16 | u16(o + 2);
  }
};

}  // namespace

// EXIF 2.3, section 4.5: "Exif\0\0", then a TIFF header (byte order, 42, offset of the first directory), then
// the directory: a count of entries, then the entries.
int exif_orientation(Bytes app1) {
  if (app1.size() < kPrefix + 8 || std::memcmp(app1.data(), "Exif\0\0", kPrefix) != 0) return 1;
  const Bytes body = app1.subspan(kPrefix);
  const bool little = body[0] == 'I' && body[1] == 'I', big = body[0] == 'M' && body[1] == 'M';
  const Tiff tiff{body, little};
  if ((!little && !big) || tiff.u16(2) != 42) return 1;

  const std::size_t directory = tiff.u32(4);
  const std::uint32_t entries = directory < body.size() ? tiff.u16(directory) : 0;
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + i * kEntryBytes;
    if (entry + kEntryBytes > body.size()) break;
    if (tiff.u16(entry) != kOrientationTag) continue;
    const std::uint32_t value = tiff.u16(entry + 8);
    return tiff.u16(entry + 2) == kShortType && value >= 1 && value <= 8 ? int(value) : 1;
  }
  return 1;
}

Image orient(const Image& image, int orientation) {
  if (orientation <= 1) return image;
  const bool swap = swaps_axes(orientation);
  // The orientation says on which sides the stored first row and first column are seen.
  const bool flip_rows = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
  const bool flip_columns = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;

  const std::int64_t H = swap ? image.width : image.height, W = swap ? image.height : image.width;
  const std::size_t C = std::size_t(image.channels);
  Image out{H, W, image.channels, {}};
  out.pixels.resize(image.pixels.size());
  std::uint8_t* q = out.pixels.data();
  for (std::int64_t h = 0; h < H; ++h)
    for (std::int64_t w = 0; w < W; ++w, q += C) {
      const std::int64_t a = flip_rows ? H - 1 - h : h, b = flip_columns ? W - 1 - w : w;
      const std::int64_t y = swap ? b : a, x = swap ? a : b;
      std::memcpy(q, image.pixels.data() + std::size_t(y * image.width + x) * C, C);
    }
  return out;
}

}  // namespace lepton::data
