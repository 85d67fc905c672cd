// Saving when the system refuses: full disks, folders that may not be written, links, devices.
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "lepton/io/safetensors.hpp"
#include "lepton/tensor/factory.hpp"
#include "tests/data/support.hpp"

namespace lepton::io {
namespace {

namespace fs = data::fs;
using data::expect_error;
using data::TempFolder;

/// No file of this process may grow beyond `bytes` while it lives: writing fails as it does on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &saved_);
    const rlimit limit{bytes, saved_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &saved_); }

 private:
  rlimit saved_{};
};

std::size_t files_in(const TempFolder& folder) {
  return std::size_t(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()));
}

double value_in(const std::string& path) {
  return load_safetensors(path).tensors.at(0).second.select(0, 0).item();
}

TEST(Saving, KeepsTheOldFileWhereTheDiskIsFull) {
  const TempFolder folder;
  const std::string path = folder / "a.safetensors";
  save_safetensors(path, {{"x", ones({10'000})}});
  {
    const FileSizeLimit limit(20'000);
    expect_error(
        [&] {
          save_safetensors(path, {{"x", full({10'000}, 2)}});
        },
        {path, "cannot be written", "File too large"});
  }
  EXPECT_EQ(value_in(path), 1);
  EXPECT_EQ(files_in(folder), 1u);
}

TEST(Saving, NamesAFolderThatIsMissingOrLocked) {
  const TempFolder folder;
  const Named x{{"x", ones({1})}};
  expect_error([&] { save_safetensors(folder / "no/a.safetensors", x); },
               {"no/a.safetensors", "No such file"});
  expect_error([&] { save_safetensors(folder.path(), x); }, {folder.path(), "is a folder"});
  if (geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
  expect_error([&] { save_safetensors(folder / "a.safetensors", x); },
               {"a.safetensors", "Permission denied"});
  fs::permissions(folder.path(), fs::perms::owner_all);
}

TEST(Saving, NeverReplacesADevice) {
  const Named x{{"x", ones({1})}};
  expect_error([&] { save_safetensors("/dev/full", x); }, {"/dev/full", "not a regular file"});
  expect_error([&] { save_safetensors("/dev/null", x); }, {"/dev/null", "not a regular file"});
}

TEST(Saving, FollowsLinksAndKeepsThem) {
  const TempFolder folder, other;
  save_safetensors(other / "real", {{"x", ones({1})}});
  fs::create_symlink(other / "real", folder / "link");
  save_safetensors(folder / "link", {{"x", full({1}, 2)}});
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(value_in(other / "real"), 2);
  fs::create_symlink(other / "gone", folder / "dangling");
  expect_error([&] { save_safetensors(folder / "dangling", {}); }, {"link to nowhere"});
}

TEST(Saving, LeavesPermissionsToTheUmask) {
  const TempFolder folder;
  const mode_t saved = umask(027);
  save_safetensors(folder / "a", {});
  umask(saved);
  struct stat info {};
  ASSERT_EQ(stat((folder / "a").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0640u);
}

TEST(Saving, SeveralThreadsMayReplaceOneFile) {
  const TempFolder folder;
  const std::string path = folder / "a";
  std::vector<std::thread> writers;
  for (int i = 1; i <= 4; ++i)
    writers.emplace_back([&, i] {
      for (int k = 0; k < 10; ++k) save_safetensors(path, {{"x", full({1'000}, i)}});
    });
  for (auto& w : writers) w.join();
  const Tensor x = load_safetensors(path).tensors.at(0).second;
  EXPECT_EQ(x.to_vector<float>(), std::vector<float>(1'000, float(x.select(0, 0).item())));
  EXPECT_EQ(files_in(folder), 1u);
}

}  // namespace
}  // namespace lepton::io
