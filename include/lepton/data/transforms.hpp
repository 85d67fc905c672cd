// The transforms of pictures: sizes, crops, flips, turns, colours, erasing, normalising.
#pragma once

#include <cstdint>
#include <vector>

#include "lepton/core/export.hpp"
#include "lepton/data/transform.hpp"

namespace lepton::data {

/// From where a number is drawn, evenly; always the same where both ends are.
struct Range {
  double low = 0, high = 0;
};

/// To height x width: antialiased bilinear, as PyTorch's `interpolate(antialias=True)`.
struct LEPTON_API Resize {
  std::int64_t height = 0, width = 0;
  void operator()(Planes& picture, RandomStream& random) const;
};

/// The middle, height x width; throws where the picture is smaller.
struct LEPTON_API CentreCrop {
  std::int64_t height = 0, width = 0;
  void operator()(Planes& picture, RandomStream& random) const;
};

/// A part of height x width at a random place, after `padding` pixels of `fill` were put on each side; throws
/// where that is smaller.
struct LEPTON_API RandomCrop {
  std::int64_t height = 0, width = 0;
  std::int64_t padding = 0;
  float fill = 0;
  void operator()(Planes& picture, RandomStream& random) const;
};

/// A part of a random share of the area and of random proportions (width / height), resized to height x width
/// (Szegedy et al. 2015); the middle of the picture where ten draws do not fit into it.
struct LEPTON_API RandomResizedCrop {
  std::int64_t height = 0, width = 0;
  Range area = {0.08, 1};
  Range ratio = {3.0 / 4, 4.0 / 3};
  void operator()(Planes& picture, RandomStream& random) const;
};

/// Mirrored, left to right and top to bottom, with these chances.
struct LEPTON_API Flip {
  double horizontal = 0.5, vertical = 0;
  void operator()(Planes& picture, RandomStream& random) const;
};

/// What lies outside a picture: a colour, or its nearest pixel.
enum class Outside { fill, edge };

/// Turned, sheared, zoomed and shifted about its centre in one step, bilinear, the size kept.
struct LEPTON_API Affine {
  Range degrees = {};           ///< clockwise
  Range shear = {};             ///< degrees by which the vertical leans to the right
  Range zoom = {1, 1};          ///< above 1 the picture grows
  Range right = {}, down = {};  ///< shift as a share of width and height
  Outside outside = Outside::edge;
  float fill = 0;
  void operator()(Planes& picture, RandomStream& random) const;
};

/// Turned by up to so many degrees either way.
inline Affine rotate(double degrees) { return {.degrees = {-degrees, degrees}}; }
/// Sheared by up to so many degrees either way.
inline Affine shear(double degrees) { return {.shear = {-degrees, degrees}}; }
/// Zoomed by a factor between 1 - share and 1 + share.
inline Affine zoom(double share) { return {.zoom = {1 - share, 1 + share}}; }
/// Shifted by up to this share of width and height.
inline Affine shift(double share) { return {.right = {-share, share}, .down = {-share, share}}; }

/// Brightness, contrast and saturation times a factor, then the hue turned by a part of the circle in [-0.5, 0.5],
/// each kept in [0, 1]: torchvision's ColorJitter in this order. Grey pictures have neither saturation nor hue.
struct LEPTON_API ColourJitter {
  Range brightness = {1, 1}, contrast = {1, 1}, saturation = {1, 1};
  Range hue = {};
  void operator()(Planes& picture, RandomStream& random) const;
};

/// With this chance a rectangle of `value`, of a random share of the area and random proportions, at a random place
/// (Zhong et al. 2017); none where ten draws do not fit.
struct LEPTON_API Erase {
  double chance = 0.5;
  Range area = {0.02, 0.33};
  Range ratio = {0.3, 3.3};
  float value = 0;
  void operator()(Planes& picture, RandomStream& random) const;
};

/// (x - low) / (high - low): to [0, 1] from another range.
struct LEPTON_API ToUnitRange {
  double low = 0, high = 255;
  void operator()(Planes& picture, RandomStream& random) const;
};

/// (x - mean) / deviation, one of each a channel, or one for all. Throws for another number, and a deviation that
/// is not above 0.
struct LEPTON_API Normalise {
  std::vector<double> mean = {0}, deviation = {1};
  void operator()(Planes& picture, RandomStream& random) const;
};

}  // namespace lepton::data
