// Reading CIFAR-10's binary files.
#include "lepton/data/cifar.hpp"

#include <algorithm>
#include <filesystem>

#include "lepton/core/error.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/data/file.hpp"

namespace lepton::data {
namespace {

namespace fs = std::filesystem;

// A record is a label, then the red, green and blue planes.
constexpr std::int64_t kSide = 32, kPixels = 3 * kSide * kSide, kRecord = 1 + kPixels;
constexpr int kClasses = 10;

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

/// The folder with the files: the one given, or the one that the archive unpacks to.
fs::path find_folder(const std::string& folder) {
  for (const fs::path& path : {fs::path(folder), fs::path(folder) / "cifar-10-batches-bin"})
    if (is_file(path / "data_batch_1.bin") || is_file(path / "test_batch.bin")) return path;
  return {};
}

Pixels read_part(const std::vector<std::string>& paths) {
  std::vector<std::vector<std::uint8_t>> files;
  std::int64_t count = 0;
  for (const std::string& path : paths) {
    if (!is_file(path))
      throw Error(path, "is not there; the set is data_batch_1.bin to data_batch_5.bin and test_batch.bin");
    files.push_back(read_file(path));
    const std::int64_t bytes = std::int64_t(files.back().size());
    if (bytes == 0 || bytes % kRecord)
      throw Error(path, "its " + std::to_string(bytes) + " bytes are no whole number of records of " +
                            std::to_string(kRecord) + "; get the file anew");
    count += bytes / kRecord;
  }

  Pixels out{empty({count, 3, kSide, kSide}, {.dtype = u8}), empty({count}, {.dtype = i64})};
  std::uint8_t* pixels = out.images.data<std::uint8_t>();
  std::int64_t* labels = out.labels.data<std::int64_t>();
  for (std::size_t f = 0; f < files.size(); ++f)
    for (auto record = files[f].begin(); record != files[f].end(); record += kRecord) {
      if (*record >= kClasses) throw Error(paths[f], "has label " + std::to_string(*record) + ", above 9");
      *labels++ = *record;
      pixels = std::copy_n(record + 1, kPixels, pixels);
    }
  return out;
}

}  // namespace

bool has_cifar10(const std::string& folder) { return !find_folder(folder).empty(); }

Cifar10 read_cifar10(const std::string& folder) {
  const fs::path found = find_folder(folder);
  if (found.empty()) throw Error(folder, "holds neither data_batch_1.bin nor test_batch.bin");
  std::vector<std::string> train;
  for (int i = 1; i <= 5; ++i)
    train.push_back((found / ("data_batch_" + std::to_string(i) + ".bin")).string());
  return {read_part(train),
          read_part({(found / "test_batch.bin").string()}),
          {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}};
}

}  // namespace lepton::data
