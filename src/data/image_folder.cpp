// A folder a class: finding the pictures, and keeping the decoded ones.
#include "lepton/data/image_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <utility>

#include "lepton/core/error.hpp"
#include "lepton/data/image.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/data/folders.hpp"
#include "src/data/gather.hpp"

namespace lepton::data {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kDefaultSide = 64;

bool is_picture(const std::string& name) {
  std::string ending = fs::path(name).extension().string();
  for (char& c : ending)
    if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png";
}

/// Position of a class among the names given; throws for one that is not there.
std::int64_t class_number(const std::vector<std::string>& names, const std::string& name,
                          const std::string& path) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    throw Error(path, "holds a class \"" + name + "\" that the training part has not");
  return found - names.begin();
}

/// The picture's planes, one after the other: [C, H, W].
std::vector<std::uint8_t> to_planes(const Image& image) {
  const std::size_t C = std::size_t(image.channels), n = image.pixels.size() / C;
  std::vector<std::uint8_t> planes(image.pixels.size());
  for (std::size_t c = 0; c < C; ++c)
    for (std::size_t i = 0; i < n; ++i) planes[c * n + i] = image.pixels[i * C + c];
  return planes;
}

}  // namespace

std::vector<std::string> list_folder(const std::string& path, Entry kind) {
  std::error_code error;
  fs::directory_iterator entries(path, error);
  std::vector<std::string> names;
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    std::error_code ignored;  // a link to nowhere is neither a file nor a folder
    const bool wanted =
        kind == Entry::folder ? entries->is_directory(ignored) : entries->is_regular_file(ignored);
    const std::string name = entries->path().filename().string();
    if (wanted && name[0] != '.') names.push_back(name);
  }
  if (error) throw Error(path, "cannot be read as a folder: " + error.message());
  std::sort(names.begin(), names.end());
  return names;
}

bool has_pictures(const std::string& folder) {
  const auto names = list_folder(folder, Entry::file);
  return std::any_of(names.begin(), names.end(), is_picture);
}

struct ImageFolder::State {
  std::string path;
  ImageFolderOptions options;
  std::vector<std::string> files;  // relative to `path`
  std::vector<std::int64_t> labels;

  void scan();
  void choose_size();
  std::string file(std::int64_t i) const { return (fs::path(path) / files[std::size_t(i)]).string(); }
  std::int64_t bytes() const { return options.channels * options.height * options.width; }
  void read(std::int64_t i, float* out);

  // Decoded pictures, [C, H, W] each, empty where not kept. `mutex` guards which are there; a picture that is
  // there never changes or moves, so it is read without the lock.
  std::mutex mutex;
  std::vector<std::vector<std::uint8_t>> kept;
  std::int64_t kept_bytes = 0;
};

void ImageFolder::State::scan() {
  const std::vector<std::string> folders = list_folder(path, Entry::folder);
  if (folders.empty()) throw Error(path, "holds no folders; a folder of pictures for each class is expected");
  if (options.class_names.empty()) {
    if (folders.size() == 1)
      throw Error(path, "holds one class only, \"" + folders[0] + "\"; a classifier needs two or more");
    options.class_names = folders;
  }
  for (const std::string& folder : folders) {
    const std::int64_t label = class_number(options.class_names, folder, path);
    const std::size_t before = files.size();
    for (const std::string& name : list_folder((fs::path(path) / folder).string(), Entry::file))
      if (is_picture(name)) files.push_back((fs::path(folder) / name).string());
    if (files.size() == before)
      throw Error((fs::path(path) / folder).string(),
                  "is a class without pictures: no .jpg, .jpeg or .png file");
    labels.resize(files.size(), label);
  }
}

/// The size that all pictures share, else the default; only headers are read, and only up to the first that
/// differs.
void ImageFolder::State::choose_size() {
  if (options.height && options.width) return;
  ImageSize size = image_size(file(0));
  for (std::size_t i = 1; i < files.size(); ++i) {
    const ImageSize other = image_size(file(std::int64_t(i)));
    if (other.height == size.height && other.width == size.width) continue;
    size.height = size.width = kDefaultSide;
    break;
  }
  if (!options.height) options.height = size.height;
  if (!options.width) options.width = size.width;
}

void ImageFolder::State::read(std::int64_t i, float* out) {
  const std::uint8_t* pixels = nullptr;
  {
    const std::lock_guard lock(mutex);
    if (!kept[std::size_t(i)].empty()) pixels = kept[std::size_t(i)].data();
  }
  std::vector<std::uint8_t> fresh;
  if (!pixels) {
    const Image image =
        resize(with_channels(decode_image(file(i)), options.channels), options.height, options.width);
    fresh = to_planes(image);
    pixels = fresh.data();
  }
  scale_pixels(pixels, bytes(), out);
  if (fresh.empty()) return;
  const std::lock_guard lock(mutex);
  if (!kept[std::size_t(i)].empty() || kept_bytes + bytes() > options.cache_bytes) return;
  kept_bytes += bytes();
  kept[std::size_t(i)] = std::move(fresh);
}

ImageFolder::ImageFolder(const std::string& path, const ImageFolderOptions& options)
    : state_(std::make_shared<State>()) {
  if (options.channels != 1 && options.channels != 3)
    throw Error("ImageFolder", "pictures have 1 or 3 channels, not " + std::to_string(options.channels));
  if (options.height < 0 || options.width < 0) throw Error("ImageFolder", "sizes must not be negative");
  state_->path = path;
  state_->options = options;
  state_->scan();
  state_->choose_size();
  state_->kept.resize(state_->files.size());
}

std::int64_t ImageFolder::size() const { return std::int64_t(state_->files.size()); }

Batch ImageFolder::batch(std::span<const std::int64_t> indices) const {
  check_indices(indices, size(), "ImageFolder");
  const ImageFolderOptions& o = state_->options;
  const std::int64_t n = std::int64_t(indices.size());
  Tensor x = empty({n, o.channels, o.height, o.width}), y = empty({n}, {.dtype = i64});
  for (std::int64_t k = 0; k < n; ++k) {
    const std::int64_t i = indices[std::size_t(k)];
    state_->read(i, x.data<float>() + k * state_->bytes());
    y.data<std::int64_t>()[k] = state_->labels[std::size_t(i)];
  }
  return Batch({x, y});
}

Shape ImageFolder::sample_shape() const {
  const ImageFolderOptions& o = state_->options;
  return {o.channels, o.height, o.width};
}
std::vector<std::int64_t> ImageFolder::labels() const { return state_->labels; }
std::vector<std::string> ImageFolder::class_names() const { return state_->options.class_names; }
std::vector<std::string> ImageFolder::sample_names() const { return state_->files; }

}  // namespace lepton::data
