// Finding and reading MNIST's four files.
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string>

#include "lepton/data/idx.hpp"
#include "lepton/tensor/factory.hpp"

namespace lepton::data {
namespace {

namespace fs = std::filesystem;

/// The file `stem`, a dash or dot, and `ending`, perhaps with ".gz"; empty where there is none.
std::string find_file(const std::string& folder, const std::string& stem, const std::string& ending) {
  for (const char* joint : {"-", "."})
    for (const char* gz : {"", ".gz"}) {
      fs::path path = fs::path(folder) / stem;
      (path += joint) += ending;
      path += gz;
      std::error_code ignored;
      if (fs::is_regular_file(path, ignored)) return path.string();
    }
  return {};
}

std::string need_file(const std::string& folder, const std::string& stem, const std::string& ending) {
  std::string path = find_file(folder, stem, ending);
  if (path.empty())
    throw Error(folder, "lacks " + stem + "-" + ending + " and " + stem + "-" + ending + ".gz");
  return path;
}

Tensor read_array(const std::string& path, int rank, const char* what) {
  Tensor t = read_idx(path);
  if (t.rank() != rank || t.dtype() != u8)
    throw Error(path, std::string("holds ") + std::string(name_of(t.dtype())) + " " + to_string(t.shape()) +
                          " where " + what + " were expected");
  return t;
}

std::string label_file(const std::string& folder, const std::string& stem) {
  return need_file(folder, stem + "-labels", "idx1-ubyte");
}

/// Labels are class numbers: one far above the count of those that occur is damage, and would become a class of its
/// own. Small numbers pass, since a cut-out of a set may lack classes.
void check_labels(const std::string& path, const Tensor& labels, std::int64_t classes) {
  constexpr std::int64_t kAlwaysPlausible = 99;
  const auto values = labels.span<std::int64_t>();
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] > std::max(classes, kAlwaysPlausible))
      throw Error(path, "label " + std::to_string(values[i]) + " of picture " + std::to_string(i) +
                            " is out of range: there are " + std::to_string(classes) + " classes");
}

std::int64_t count_classes(const Tensor& labels) {
  bool seen[256] = {};
  for (const std::int64_t label : labels.span<std::int64_t>()) seen[label] = true;
  return std::count(std::begin(seen), std::end(seen), true);
}

Pixels read_part(const std::string& folder, const std::string& stem) {
  const std::string image_path = need_file(folder, stem + "-images", "idx3-ubyte");
  const std::string label_path = label_file(folder, stem);
  const Tensor images = read_array(image_path, 3, "pictures, u8 [N, H, W],");
  const Tensor bytes = read_array(label_path, 1, "labels, u8 [N],");
  if (images.size(0) != bytes.size(0))
    throw Error(label_path, std::to_string(bytes.size(0)) + " labels for the " +
                                std::to_string(images.size(0)) + " pictures in " + image_path);
  Tensor labels = empty({bytes.size(0)}, {.dtype = i64});
  std::copy_n(bytes.data<std::uint8_t>(), bytes.numel(), labels.data<std::int64_t>());
  return {images.reshape({images.size(0), 1, images.size(1), images.size(2)}), labels};
}

}  // namespace

bool has_mnist(const std::string& folder) {
  for (const char* stem : {"train", "t10k"})
    if (!find_file(folder, std::string(stem) + "-images", "idx3-ubyte").empty()) return true;
  return false;
}

Mnist read_mnist(const std::string& folder) {
  Mnist mnist{read_part(folder, "train"), read_part(folder, "t10k")};
  const std::int64_t classes = count_classes(mnist.train.labels);
  check_labels(label_file(folder, "train"), mnist.train.labels, classes);
  check_labels(label_file(folder, "t10k"), mnist.test.labels, classes);
  return mnist;
}

}  // namespace lepton::data
