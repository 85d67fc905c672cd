// Feeds arbitrary bytes to the picture readers: they return a sound picture or throw Error, nothing else.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "lepton/core/error.hpp"
#include "lepton/data/image.hpp"

using namespace lepton;

namespace {

// Decoding larger pictures is only slow, not different.
constexpr std::int64_t kMostPixels = 1 << 20;

void require(bool ok) {
  if (!ok) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  const std::span input(bytes, count);
  try {
    const data::ImageSize size = data::image_size(input, "input");
    require(size.height > 0 && size.width > 0 && (size.channels == 1 || size.channels == 3));
    if (size.height * size.width > kMostPixels) return 0;
    const data::Image image = data::decode_image(input, "input");
    require(size == data::ImageSize{image.height, image.width, image.channels});
    require(std::int64_t(image.pixels.size()) == size.height * size.width * size.channels);
    const data::Image small = data::resize(image, 5, 7);
    require(data::with_channels(small, 4 - small.channels).pixels.size() ==
            35u * std::size_t(4 - small.channels));
  } catch (const Error&) {}
  return 0;
}
