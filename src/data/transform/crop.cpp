// Crops, mirrors, and rectangles erased.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "lepton/data/transforms.hpp"
#include "src/data/transform/planes.hpp"

namespace lepton::data {
namespace {

constexpr int kTries = 10;

struct Box {
  std::int64_t top, left, height, width;
};

/// The part of a picture in a box that lies within it.
Planes cut(const Planes& picture, const Box& box) {
  Planes out{picture.channels, box.height, box.width, {}};
  out.values.reserve(std::size_t(picture.channels * box.height * box.width));
  for (std::int64_t c = 0; c < picture.channels; ++c)
    for (std::int64_t y = box.top; y < box.top + box.height; ++y) {
      const float* row = picture.channel(c) + y * picture.width + box.left;
      out.values.insert(out.values.end(), row, row + box.width);
    }
  return out;
}

Planes pad(const Planes& picture, std::int64_t by, float fill) {
  Planes out{picture.channels, picture.height + 2 * by, picture.width + 2 * by, {}};
  out.values.assign(std::size_t(out.channels * out.plane()), fill);
  for (std::int64_t c = 0; c < picture.channels; ++c)
    for (std::int64_t y = 0; y < picture.height; ++y)
      std::copy_n(picture.channel(c) + y * picture.width, picture.width,
                  out.channel(c) + (y + by) * out.width + by);
  return out;
}

void check_fits(const Planes& picture, std::int64_t height, std::int64_t width, const char* who) {
  if (height >= 1 && width >= 1 && height <= picture.height && width <= picture.width) return;
  throw Error(who, "cannot cut " + size_text(height, width) + " out of " +
                       size_text(picture.height, picture.width) + "; resize the pictures first, or pad them");
}

/// A box of a random share of the picture's area and of random proportions; none where no draw fits.
std::optional<Box> draw_box(const Planes& picture, const Range& area, const Range& ratio,
                            RandomStream& random) {
  for (int i = 0; i < kTries; ++i) {
    const double pixels = random.uniform(area.low, area.high) * double(picture.plane());
    const double proportion = std::exp(random.uniform(std::log(ratio.low), std::log(ratio.high)));
    const std::int64_t width = std::llround(std::sqrt(pixels * proportion));
    const std::int64_t height = std::llround(std::sqrt(pixels / proportion));
    if (width < 1 || height < 1 || width > picture.width || height > picture.height) continue;
    const std::int64_t top = random.below(picture.height - height + 1);
    return Box{top, random.below(picture.width - width + 1), height, width};
  }
  return std::nullopt;
}

/// The largest box in the middle whose proportions are within the range.
Box middle(const Planes& picture, const Range& ratio) {
  const double proportion = double(picture.width) / double(picture.height);
  std::int64_t height = picture.height, width = picture.width;
  if (proportion < ratio.low)
    height = std::min(height, std::int64_t(std::llround(double(width) / ratio.low)));
  if (proportion > ratio.high)
    width = std::min(width, std::int64_t(std::llround(double(height) * ratio.high)));
  return {(picture.height - height) / 2, (picture.width - width) / 2, height, width};
}

void check_box_ranges(const Range& area, const Range& ratio, const char* who) {
  check_range(area, 0, 1, who, "area");
  check_range(ratio, 1e-6, 1e6, who, "ratio");
}

}  // namespace

void CentreCrop::operator()(Planes& picture, RandomStream&) const {
  check_fits(picture, height, width, "CentreCrop");
  picture = cut(picture, {(picture.height - height) / 2, (picture.width - width) / 2, height, width});
}

void RandomCrop::operator()(Planes& picture, RandomStream& random) const {
  if (padding < 0) throw Error("RandomCrop", "padding must not be negative");
  if (padding > 0) picture = pad(picture, padding, fill);
  check_fits(picture, height, width, "RandomCrop");
  const std::int64_t top = random.below(picture.height - height + 1);
  picture = cut(picture, {top, random.below(picture.width - width + 1), height, width});
}

void RandomResizedCrop::operator()(Planes& picture, RandomStream& random) const {
  check_box_ranges(area, ratio, "RandomResizedCrop");
  picture = cut(picture, draw_box(picture, area, ratio, random).value_or(middle(picture, ratio)));
  Resize{height, width}(picture, random);
}

void Flip::operator()(Planes& picture, RandomStream& random) const {
  check_range({horizontal, horizontal}, 0, 1, "Flip", "horizontal");
  check_range({vertical, vertical}, 0, 1, "Flip", "vertical");
  const bool mirror = random.uniform() < horizontal, turn_over = random.uniform() < vertical;
  const std::int64_t H = picture.height, W = picture.width;
  if (mirror)
    for (std::int64_t row = 0; row < picture.channels * H; ++row)
      std::reverse(picture.values.data() + row * W, picture.values.data() + (row + 1) * W);
  if (turn_over)
    for (std::int64_t c = 0; c < picture.channels; ++c)
      for (std::int64_t y = 0; y < H / 2; ++y)
        std::swap_ranges(picture.channel(c) + y * W, picture.channel(c) + (y + 1) * W,
                         picture.channel(c) + (H - 1 - y) * W);
}

void Erase::operator()(Planes& picture, RandomStream& random) const {
  check_range({chance, chance}, 0, 1, "Erase", "chance");
  check_box_ranges(area, ratio, "Erase");
  if (!(random.uniform() < chance)) return;
  const std::optional<Box> box = draw_box(picture, area, ratio, random);
  if (!box) return;
  for (std::int64_t c = 0; c < picture.channels; ++c)
    for (std::int64_t y = box->top; y < box->top + box->height; ++y)
      std::fill_n(picture.channel(c) + y * picture.width + box->left, box->width, value);
}

}  // namespace lepton::data
