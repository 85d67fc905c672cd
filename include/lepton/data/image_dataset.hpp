// Labelled pictures of any layout that lepton knows, ready to train on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lepton/core/export.hpp"
#include "lepton/data/dataset.hpp"

namespace lepton::data {

/// Pictures to train on and to test with. Batches are x: f32 [N, C, H, W] in [0, 1] and y: i64 [N].
struct ImageData {
  Dataset train = {}, test = {};
  std::vector<std::string> class_names = {};
  std::int64_t channels = 0, height = 0, width = 0;
  std::string source = {};  ///< in words, what was found and how it was split
};

struct LoadImagesOptions {
  std::int64_t height = 0;  ///< pictures are resized to it; 0: as they are (64 where they differ)
  std::int64_t width = 0;   ///< likewise
  std::uint64_t seed = 0;   ///< of the split, where the data comes in one piece
  std::int64_t limit = 0;   ///< most samples of each part, drawn by the seed; 0: all
};

/// Reads a folder, which is one of:
/// - MNIST's four IDX files, gzipped or not;
/// - CIFAR-10's six binary files, or the folder `cifar-10-batches-bin` with them;
/// - `train` and `test` (or else `val`), each with a folder of .jpg, .jpeg or .png files a class;
/// - a folder of such files a class, split 80/20 by the seed within each class.
/// Throws where it is none of these, saying what was looked for, and where a file is broken.
LEPTON_API ImageData load_images(const std::string& path, const LoadImagesOptions& options = {});

/// Writes which sample is in which part, to train another program on the same split: a line a sample,
/// `train` or `test`, class number, name, separated by tabs; in names, control characters and backslashes
/// are written `\xNN`. Throws where the file cannot be written.
LEPTON_API void write_split(const ImageData& data, const std::string& path);

}  // namespace lepton::data
