// Decoding pictures of either format, and changing their channels.
#include "lepton/data/image.hpp"

#include <utility>

#include "lepton/core/error.hpp"
#include "src/data/file.hpp"
#include "src/data/image_codecs.hpp"

namespace lepton::data {
namespace {

// The best that PNG's deflate does is 1032 bytes of eight 1-bit pixels from a byte; JPEG's blocks of 64 pixels
// take at least a bit in the usual coding. So no honest file comes near this.
constexpr std::uint64_t kMostPixelsPerByte = 65536;

Image decode(Bytes bytes, const std::string& name, Decode what) {
  if (bytes.empty()) throw Error(name, std::string("is empty; ") + kGetAnew);
  if (is_jpeg(bytes)) return decode_jpeg(bytes, name, what);
  if (is_png(bytes)) return decode_png(bytes, name, what);
  throw Error(name, "is neither a JPEG nor a PNG picture; convert it, or take it out of its folder");
}

}  // namespace

void check_image_size(std::uint64_t height, std::uint64_t width, std::size_t bytes, const std::string& name) {
  const std::string size = std::to_string(height) + " x " + std::to_string(width) + " pixels";
  if (height == 0 || width == 0) throw Error(name, "has no pixels");
  if (height > std::uint64_t(kMaxImagePixels) / width)
    throw Error(name, "has " + size + "; more than " + std::to_string(kMaxImagePixels) + " are refused");
  if (height * width > kMostPixelsPerByte * bytes)
    throw Error(name, "claims " + size + " in " + std::to_string(bytes) + " bytes");
}

Image decode_image(Bytes bytes, const std::string& name) { return decode(bytes, name, Decode::pixels); }
Image decode_image(const std::string& path) { return decode_image(read_file(path), path); }

ImageSize image_size(Bytes bytes, const std::string& name) {
  const Image image = decode(bytes, name, Decode::size);
  return {image.height, image.width, image.channels};
}
ImageSize image_size(const std::string& path) { return image_size(read_file(path), path); }

Image with_channels(const Image& image, std::int64_t channels) {
  if (channels != 1 && channels != 3)
    throw Error("with_channels", "pictures have 1 or 3 channels, not " + std::to_string(channels));
  if (image.channels == channels) return image;
  Image out{image.height, image.width, channels, {}};
  const std::size_t n = std::size_t(image.height * image.width);
  out.pixels.resize(n * std::size_t(channels));
  const std::uint8_t* p = image.pixels.data();
  std::uint8_t* q = out.pixels.data();
  for (std::size_t i = 0; i < n; ++i) {
    if (channels == 3) q[3 * i] = q[3 * i + 1] = q[3 * i + 2] = p[i];
    // Weights in 1/65536, rounded, as in Pillow's convert("L").
    else
      q[i] = std::uint8_t((19595u * p[3 * i] + 38470u * p[3 * i + 1] + 7471u * p[3 * i + 2] + 0x8000u) >> 16);
  }
  return out;
}

}  // namespace lepton::data
