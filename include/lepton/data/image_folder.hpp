// ImageFolder: pictures sorted into a folder a class.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lepton/core/export.hpp"
#include "lepton/data/batch.hpp"

namespace lepton::data {

struct ImageFolderOptions {
  std::int64_t height = 0;    ///< pictures are resized to it; 0: as all of them are, else 64
  std::int64_t width = 0;     ///< likewise
  std::int64_t channels = 3;  ///< 3 RGB, 1 grey
  std::int64_t cache_bytes = std::int64_t(1) << 30;  ///< decoded pictures kept in memory, at most
  std::vector<std::string> class_names = {};  ///< classes and their order; empty: the folders found, sorted
};

/// A dataset of the .jpg, .jpeg and .png files (in any case) of each folder of a folder. A class is named
/// after its folder; other files and names that start with a dot are passed over.
///
/// Pictures are decoded when first asked for, in the thread that asks, then kept as bytes up to the budget.
/// Batches are x: f32 [N, C, H, W] in [0, 1] and y: i64 [N]. Copies share the pictures.
class LEPTON_API ImageFolder {
 public:
  /// Throws, naming the folder, where it cannot be read, has no class folders or one only, where a class has
  /// no pictures, or where a folder is not among the `class_names` given.
  explicit ImageFolder(const std::string& path, const ImageFolderOptions& options = {});

  std::int64_t size() const;
  /// Throws, naming the file, where a picture cannot be decoded.
  Batch batch(std::span<const std::int64_t> indices) const;
  Shape sample_shape() const;
  std::vector<std::int64_t> labels() const;
  std::vector<std::string> class_names() const;
  /// Paths relative to the folder: "cats/IMG_1.JPG".
  std::vector<std::string> sample_names() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace lepton::data
