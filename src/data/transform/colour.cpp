// Colours: jitter and normalising.
#include <algorithm>
#include <cmath>

#include "lepton/data/transforms.hpp"
#include "src/data/transform/planes.hpp"

namespace lepton::data {
namespace {

float in_range(float x) { return std::clamp(x, 0.0f, 1.0f); }

/// 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601) of RGB, else the first channel.
float grey(const Planes& p, std::int64_t i) {
  if (p.channels != 3) return p.channel(0)[i];
  return 0.299f * p.channel(0)[i] + 0.587f * p.channel(1)[i] + 0.114f * p.channel(2)[i];
}

void times(Planes& p, float factor) {
  for (float& v : p.values) v = in_range(factor * v);
}

/// Away from the mean of the grey picture, by a factor.
void change_contrast(Planes& p, float factor) {
  double sum = 0;
  for (std::int64_t i = 0; i < p.plane(); ++i) sum += double(grey(p, i));
  const float mean = float(sum / double(p.plane()));
  for (float& v : p.values) v = in_range(factor * v + (1 - factor) * mean);
}

/// Away from each pixel's grey, by a factor.
void change_saturation(Planes& p, float factor) {
  for (std::int64_t i = 0; i < p.plane(); ++i) {
    const float g = grey(p, i);
    for (std::int64_t c = 0; c < 3; ++c) {
      float& v = p.channel(c)[i];
      v = in_range(factor * v + (1 - factor) * g);
    }
  }
}

/// Adds `turn` to the hue of HSV (Smith 1978), a circle of 1; value and saturation stay.
void turn_hue(Planes& p, float turn) {
  float *red = p.channel(0), *green = p.channel(1), *blue = p.channel(2);
  for (std::int64_t i = 0; i < p.plane(); ++i) {
    const float r = red[i], g = green[i], b = blue[i];
    const float high = std::max({r, g, b}), low = std::min({r, g, b}), span = high - low;
    if (span <= 0) continue;  // grey has no hue
    float hue = high == r ? (g - b) / span : high == g ? 2 + (b - r) / span : 4 + (r - g) / span;
    hue += 6 * turn;
    // Channel c falls from high to low as the hue leaves its own place on the circle of 6.
    const auto value = [&](float place) {
      float distance = std::abs(hue - place);
      distance = std::fmod(distance, 6.0f);
      distance = std::min(distance, 6 - distance);
      return in_range(low + span * std::clamp(2 - distance, 0.0f, 1.0f));
    };
    red[i] = value(0);
    green[i] = value(2);
    blue[i] = value(4);
  }
}

}  // namespace

void ColourJitter::operator()(Planes& picture, RandomStream& random) const {
  constexpr double kMost = 1e3;
  check_range(brightness, 0, kMost, "ColourJitter", "brightness");
  check_range(contrast, 0, kMost, "ColourJitter", "contrast");
  check_range(saturation, 0, kMost, "ColourJitter", "saturation");
  check_range(hue, -0.5, 0.5, "ColourJitter", "hue");
  if (picture.channels != 1 && picture.channels != 3)
    throw Error("ColourJitter",
                "takes grey and RGB pictures, not " + std::to_string(picture.channels) + " channels");
  times(picture, float(drawn(brightness, random)));
  change_contrast(picture, float(drawn(contrast, random)));
  const float saturate = float(drawn(saturation, random)), turn = float(drawn(hue, random));
  if (picture.channels == 1) return;
  change_saturation(picture, saturate);
  turn_hue(picture, turn);
}

void ToUnitRange::operator()(Planes& picture, RandomStream&) const {
  if (!(low < high)) throw Error("ToUnitRange", "low must lie below high");
  for (float& v : picture.values) v = float((double(v) - low) / (high - low));
}

void Normalise::operator()(Planes& picture, RandomStream&) const {
  const auto of = [&](const std::vector<double>& all, std::int64_t c, const char* what) {
    if (all.size() != 1 && std::int64_t(all.size()) != picture.channels)
      throw Error("Normalise", std::string(what) + " has " + std::to_string(all.size()) + " numbers for " +
                                   std::to_string(picture.channels) + " channels");
    return float(all[all.size() == 1 ? 0 : std::size_t(c)]);
  };
  for (std::int64_t c = 0; c < picture.channels; ++c) {
    const float m = of(mean, c, "mean"), d = of(deviation, c, "deviation");
    if (!(d > 0)) throw Error("Normalise", "the deviation must be above 0, not " + std::to_string(d));
    float* values = picture.channel(c);
    for (std::int64_t i = 0; i < picture.plane(); ++i) values[i] = (values[i] - m) / d;
  }
}

}  // namespace lepton::data
