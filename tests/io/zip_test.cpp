// Zip archives: zip64's fields, written long before 4 GiB so that a test can afford it, and read by Python's zipfile.
#include "src/io/npy/zip.hpp"

#include <algorithm>
#include <cstdlib>

#include "lepton/io/npy.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/io/replace.hpp"
#include "tests/data/support.hpp"

namespace lepton::io::zip {
namespace {

using data::ByteVector;
using data::TempFolder;

constexpr std::uint64_t kUsual = 0xffffffff;

Named arrays() {
  manual_seed(7);
  return {{"long", arange(0, 3000)}, {"random", randn({50, 3})}, {"empty", zeros({0, 2})}, {"one", ones({})}};
}

/// A whole npy file.
std::vector<std::uint8_t> bytes_of(const Tensor& x) {
  const TempFolder folder;
  save_npy(folder / "x.npy", x);
  return read_whole(folder / "x.npy");
}

std::string write(const TempFolder& folder, std::uint64_t limit, Method method) {
  const std::string path = folder / "x.npz";
  replace_with(path, [&](OutputFile& file) {
    Writer writer(file, limit);
    for (const auto& [name, x] : arrays()) writer.add(name + ".npy", bytes_of(x), method, name);
    writer.finish();
  });
  return path;
}

bool holds(const ByteVector& bytes, const std::string& signature) {
  return std::search(bytes.begin(), bytes.end(), signature.begin(), signature.end()) != bytes.end();
}

TEST(Zip, NumbersThatDoNotFitGoIntoTheFieldsOfZip64) {
  const bool has_python = std::system("python3 -c 'import zipfile'") == 0;
  const std::string read =
      "python3 -c 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); "
      "sys.exit(z.testzip() is not None or z.namelist() != "
      "[\"long.npy\", \"random.npy\", \"empty.npy\", \"one.npy\"])' ";
  for (const Method method : {Method::stored, Method::deflated})
    for (const std::uint64_t limit : {std::uint64_t(1), std::uint64_t(200), std::uint64_t(800), kUsual}) {
      SCOPED_TRACE(limit);
      const TempFolder folder;
      const std::string path = write(folder, limit, method);
      EXPECT_EQ(holds(read_whole(path), "PK\6\6"), limit != kUsual);  // zip64's end of the directory
      const Named again = load_npz(path);
      const Named expected = arrays();
      ASSERT_EQ(again.size(), expected.size());
      for (std::size_t i = 0; i < again.size(); ++i) {
        EXPECT_EQ(again[i].first, expected[i].first);
        EXPECT_EQ(again[i].second.shape(), expected[i].second.shape());
        EXPECT_EQ(again[i].second.to_vector<float>(), expected[i].second.to_vector<float>());
      }
      if (has_python) {
        EXPECT_EQ(std::system((read + path).c_str()), 0);
      }
    }
  if (!has_python) GTEST_SKIP() << "python3 is not there to read the archives as well";
}

TEST(Zip, MoreMembersThanFit16Bits) {
  const TempFolder folder;
  const std::string path = folder / "x.npz";
  constexpr int kMembers = 70'000;
  const auto bytes = bytes_of(ones({}));
  replace_with(path, [&](OutputFile& file) {
    Writer writer(file);
    for (int i = 0; i < kMembers; ++i) writer.add(std::to_string(i) + ".npy", bytes, Method::stored, "x");
    writer.finish();
  });
  const auto archive = read_whole(path);
  const auto members = read_directory(archive, path);
  ASSERT_EQ(members.size(), std::size_t(kMembers));
  EXPECT_EQ(members.back().name, "69999.npy");
  EXPECT_EQ(unpack(members.back(), path), bytes);
}

}  // namespace
}  // namespace lepton::io::zip
