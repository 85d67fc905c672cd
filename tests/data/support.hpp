// What the tests of the data layer share: temporary folders, files, expected errors, the real data sets.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "lepton/core/error.hpp"

namespace lepton::data {

namespace fs = std::filesystem;
using ByteVector = std::vector<std::uint8_t>;

/// A folder that is gone at the end of the test.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (fs::temp_directory_path() / "lepton-test-XXXXXX").string();
    if (!mkdtemp(name.data())) throw Error(name, "cannot be made");
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::string path() const { return path_.string(); }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  /// Writes a file, and the folders on the way to it; gives its path.
  std::string write(const std::string& name, std::span<const std::uint8_t> bytes) const {
    const fs::path file = path_ / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
    return file.string();
  }

 private:
  fs::path path_;
};

/// Expects an Error whose text holds each of `parts`.
template <class F> void expect_error(F&& run, const std::vector<std::string>& parts) {
  try {
    run();
    ADD_FAILURE() << "no error was thrown";
  } catch (const Error& error) {
    for (const std::string& part : parts)
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos)
          << "\"" << part << "\" is not in: " << error.what();
  }
}

/// Folder of the real data sets: the environment's LEPTON_TEST_DATA, else where the build says they lie.
inline fs::path real_data() {
  if (const char* given = std::getenv("LEPTON_TEST_DATA")) return given;
  return LEPTON_TEST_DATA;
}

}  // namespace lepton::data

/// Skips a test where a file of the real data sets is not there.
#define LEPTON_NEED_DATA(NAME)                                      \
  if (!std::filesystem::exists(lepton::data::real_data() / (NAME))) \
  GTEST_SKIP() << (lepton::data::real_data() / (NAME)).string() << " is not there; set LEPTON_TEST_DATA"
