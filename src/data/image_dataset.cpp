// Recognising the layout of a folder of pictures, and loading it.
#include "lepton/data/image_dataset.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <utility>

#include "lepton/core/error.hpp"
#include "lepton/data/cifar.hpp"
#include "lepton/data/idx.hpp"
#include "lepton/data/image_folder.hpp"
#include "lepton/data/pixel_dataset.hpp"
#include "src/data/folders.hpp"

namespace lepton::data {
namespace {

namespace fs = std::filesystem;

constexpr double kTrainShare = 0.8;

/// Datasets on pictures in memory, resized where that was asked for.
ImageData from_pixels(Pixels train, Pixels test, std::vector<std::string> class_names,
                      const LoadImagesOptions& o) {
  const std::int64_t H = o.height ? o.height : train.images.size(2),
                     W = o.width ? o.width : train.images.size(3);
  for (Pixels* part : {&train, &test}) part->images = resize_pixels(part->images, H, W);
  ImageData data;
  data.train = PixelDataset(std::move(train), class_names);
  data.test = PixelDataset(std::move(test), class_names);
  data.class_names = std::move(class_names);
  return data;
}

ImageData load_mnist(const std::string& path, const LoadImagesOptions& options) {
  Mnist mnist = read_mnist(path);
  std::int64_t classes = 0;
  for (const Tensor& labels : {mnist.train.labels, mnist.test.labels})
    for (const std::int64_t label : labels.span<std::int64_t>()) classes = std::max(classes, label + 1);
  std::vector<std::string> names;
  for (std::int64_t c = 0; c < classes; ++c) names.push_back(std::to_string(c));
  ImageData data = from_pixels(std::move(mnist.train), std::move(mnist.test), std::move(names), options);
  data.source = "IDX files, with a test part of their own";
  return data;
}

ImageData load_cifar10(const std::string& path, const LoadImagesOptions& options) {
  Cifar10 cifar = read_cifar10(path);
  ImageData data =
      from_pixels(std::move(cifar.train), std::move(cifar.test), std::move(cifar.class_names), options);
  data.source = "CIFAR-10's binary files, with a test part of their own";
  return data;
}

ImageFolderOptions folder_options(const LoadImagesOptions& options) {
  return {.height = options.height, .width = options.width};
}

ImageData load_parts(const std::string& path, const std::string& test_name,
                     const LoadImagesOptions& options) {
  ImageFolderOptions folder = folder_options(options);
  folder.cache_bytes /= 2;
  const ImageFolder train((fs::path(path) / "train").string(), folder);
  folder.class_names = train.class_names();
  folder.height = train.sample_shape()[1];
  folder.width = train.sample_shape()[2];
  const ImageFolder test((fs::path(path) / test_name).string(), folder);
  return {.train = train,
          .test = test,
          .class_names = train.class_names(),
          .source = "folders train/ and " + test_name + "/ with a folder a class"};
}

ImageData load_classes(const std::string& path, const LoadImagesOptions& options) {
  const ImageFolder all(path, folder_options(options));
  auto [train, test] = split(all, kTrainShare, options.seed, Stratify::by_label);
  return {
      .train = std::move(train),
      .test = std::move(test),
      .class_names = all.class_names(),
      .source = "a folder a class, split 80/20 within each class by seed " + std::to_string(options.seed)};
}

/// The first archive in a folder; empty where there is none.
std::string archive_in(const std::string& path) {
  for (const std::string& name : list_folder(path, Entry::file))
    for (const char* ending : {".tar.gz", ".tgz", ".tar", ".tar.xz", ".tar.bz2", ".zip"})
      if (name.ends_with(ending)) return name;
  return {};
}

ImageData load_any(const std::string& path, const LoadImagesOptions& options) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw Error(path, "does not exist");
  if (!fs::is_directory(status)) throw Error(path, "is a file; a folder of pictures is expected");
  if (has_mnist(path)) return load_mnist(path, options);
  if (has_cifar10(path)) return load_cifar10(path, options);

  const std::vector<std::string> folders = list_folder(path, Entry::folder);
  const auto has = [&](const char* name) { return std::binary_search(folders.begin(), folders.end(), name); };
  for (const char* test_name : {"test", "val"})
    if (has("train") && has(test_name)) return load_parts(path, test_name, options);
  if (!folders.empty()) return load_classes(path, options);
  const std::string archive = archive_in(path);
  if (!archive.empty() && !has_pictures(path))
    throw Error(path, "holds '" + archive + "'; unpack it, and give the folder that comes out of it");
  throw Error(path,
              std::string(has_pictures(path) ? "holds pictures, but not in a folder a class"
                                             : "holds no pictures that lepton can read") +
                  "; looked for: train-images-idx3-ubyte and its three companions (or .gz), "
                  "data_batch_1.bin .. 5 and test_batch.bin, folders train/ and test/ (or val/), a folder of "
                  ".jpg, .jpeg or .png files for each class");
}

/// A name that fits into a line of text separated by tabs.
std::string escape(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const unsigned code = static_cast<unsigned char>(c);
    if (code >= 0x20 && code != 0x7f && c != '\\') {
      out += c;
      continue;
    }
    char text[8];
    std::snprintf(text, sizeof text, "\\x%02x", code);
    out += text;
  }
  return out;
}

}  // namespace

ImageData load_images(const std::string& path, const LoadImagesOptions& options) {
  if (options.height < 0 || options.width < 0 || options.limit < 0)
    throw Error("load_images", "height, width and limit must not be negative");
  ImageData data = load_any(path, options);
  const Shape shape = data.train.sample_shape();
  data.channels = shape[0];
  data.height = shape[1];
  data.width = shape[2];
  if (options.limit) {
    data.train = sample(data.train, options.limit, options.seed);
    data.test = sample(data.test, options.limit, options.seed);
    data.source += ", at most " + std::to_string(options.limit) + " of each part";
  }
  return data;
}

void write_split(const ImageData& data, const std::string& path) {
  std::ofstream out(path, std::ios::binary);
  for (const auto& [part, dataset] : {std::pair("train", &data.train), std::pair("test", &data.test)}) {
    const auto names = dataset->sample_names();
    const auto labels = dataset->labels();
    for (std::size_t i = 0; i < names.size(); ++i)
      out << part << '\t' << labels[i] << '\t' << escape(names[i]) << '\n';
  }
  if (!out.flush()) throw Error(path, "cannot be written");
}

}  // namespace lepton::data
