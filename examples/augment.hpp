// --augment: what is done to pictures of the training part, by names.
#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "lepton/lepton.hpp"

namespace example {

inline constexpr const char* kAugmentations[] = {"flip",  "rotate", "shear",  "zoom",
                                                 "shift", "crop",   "colour", "erase"};
inline constexpr const char* kAugmentationHelp =
    "What is done to training pictures, at random, anew each epoch: a list such as flip,rotate,shift of flip "
    "(left to "
    "right), rotate and shear (up to 10 degrees), zoom and shift (up to 10 %), crop (shifts by up to an "
    "eighth, with "
    "black beyond), colour, erase";

inline bool is_augmentation(const std::string& name) {
  return std::find(std::begin(kAugmentations), std::end(kAugmentations), name) != std::end(kAugmentations);
}

/// For pictures of height x width; in this order, whatever that of the names. Those that move pixels are one step.
inline lepton::data::Transforms augmentation(const std::vector<std::string>& names, std::int64_t height,
                                             std::int64_t width) {
  using namespace lepton::data;
  const auto has = [&](const char* name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  std::vector<Transform> steps;
  if (has("crop"))
    steps.push_back(RandomCrop{.height = height, .width = width, .padding = std::max(height, width) / 8});
  if (has("flip")) steps.push_back(Flip{});
  Affine move;
  if (has("rotate")) move.degrees = {-10, 10};
  if (has("shear")) move.shear = {-10, 10};
  if (has("zoom")) move.zoom = {0.9, 1.1};
  if (has("shift")) move.right = move.down = {-0.1, 0.1};
  if (has("rotate") || has("shear") || has("zoom") || has("shift")) steps.push_back(move);
  if (has("colour")) steps.push_back(ColourJitter{{0.8, 1.2}, {0.8, 1.2}, {0.8, 1.2}, {-0.05, 0.05}});
  if (has("erase")) steps.push_back(Erase{});
  return Transforms(std::move(steps));
}

/// The names with commas between, as a checkpoint keeps them.
inline std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

}  // namespace example
