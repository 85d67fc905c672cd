// The real data sets: counts, first values, and their traps.
#include <algorithm>
#include <cstdlib>

#include "lepton/data/idx.hpp"
#include "lepton/data/image.hpp"
#include "lepton/data/image_dataset.hpp"
#include "tests/data/support.hpp"

namespace lepton::data {
namespace {

using Indices = std::vector<std::int64_t>;

/// Unpacks the archive of a set into `folder`; gives the set's folder.
std::string unpack(const TempFolder& folder, const std::string& set) {
  const fs::path archive = real_data() / set / (set + ".tar.gz");
  const std::string command = "tar -xzf '" + archive.string() + "' -C '" + folder.path() + "'";
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  return folder / set;
}

TEST(RealSets, Mnist) {
  LEPTON_NEED_DATA("mnist");
  const std::string folder = (real_data() / "mnist").string();
  const ImageData data = load_images(folder);
  EXPECT_EQ(data.train.size(), 60000);
  EXPECT_EQ(data.test.size(), 10000);
  EXPECT_EQ((Shape{data.channels, data.height, data.width}), (Shape{1, 28, 28}));
  const Indices labels = data.train.labels(), test_labels = data.test.labels();
  EXPECT_EQ(Indices(labels.begin(), labels.begin() + 10), (Indices{5, 0, 4, 1, 9, 2, 1, 3, 1, 4}));
  EXPECT_EQ(Indices(test_labels.begin(), test_labels.begin() + 5), (Indices{7, 2, 1, 0, 4}));
  EXPECT_EQ(std::count(labels.begin(), labels.end(), 1), 6742);
  EXPECT_EQ(data.class_names.size(), 10u);
  const ImageData small = load_images(folder, {.height = 14, .width = 20, .limit = 100});
  EXPECT_EQ(small.train.batch(Indices{0, 99})[0].shape(), (Shape{2, 1, 14, 20}));
  EXPECT_EQ(small.test.size(), 100);
}

TEST(RealSets, SignDigitsTurnsThePhotosThatLieOnTheirSide) {
  LEPTON_NEED_DATA("sign-digits/sign-digits.tar.gz");
  const TempFolder folder;
  const std::string set = unpack(folder, "sign-digits");
  const ImageData data = load_images(set, {.height = 64, .width = 64});
  EXPECT_EQ(data.train.size() + data.test.size(), 2062);
  EXPECT_EQ(data.class_names.size(), 10u);
  const Indices labels = data.test.labels();
  for (std::int64_t c = 0; c < 10; ++c)
    EXPECT_NEAR(double(std::count(labels.begin(), labels.end(), c)), 41.5, 0.5);

  // Orientation 6 is a quarter turn: with the tag's byte set to 1 the same file gives the picture as stored,
  // [h, w], and pixel (w, 3023 - h) of the upright one is its (h, w).
  const std::string path = set + "/7/IMG_5874.JPG";
  EXPECT_EQ(image_size(path), (ImageSize{3024, 3024, 3}));
  std::ifstream file(path, std::ios::binary);
  ByteVector bytes((std::istreambuf_iterator<char>(file)), {});
  const ByteVector tag{0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6};
  const auto found = std::search(bytes.begin(), bytes.end(), tag.begin(), tag.end());
  ASSERT_NE(found, bytes.end());
  const Image upright = decode_image(bytes, path);
  found[9] = 1;
  const Image stored = decode_image(bytes, path);
  for (std::size_t h = 5; h < 3024; h += 500)
    for (std::size_t w = 7; w < 3024; w += 500)
      for (std::size_t c = 0; c < 3; ++c)
        EXPECT_EQ(upright.pixels[(w * 3024 + 3023 - h) * 3 + c], stored.pixels[(h * 3024 + w) * 3 + c]);
}

TEST(RealSets, FlowersSkipsTheLicence) {
  LEPTON_NEED_DATA("flowers/flowers.tar.gz");
  const TempFolder folder;
  const ImageData data = load_images(unpack(folder, "flowers"));
  EXPECT_EQ(data.class_names,
            (std::vector<std::string>{"daisy", "dandelion", "roses", "sunflowers", "tulips"}));
  EXPECT_EQ(data.train.size(), 160);
  EXPECT_EQ(data.test.size(), 40);
  EXPECT_EQ(data.train.sample_shape(), (Shape{3, 64, 64}));  // the photos differ in size
  EXPECT_EQ(data.test.batch(Indices{0, 39})[0].shape(), (Shape{2, 3, 64, 64}));
}

TEST(RealSets, CracksShareASize) {
  LEPTON_NEED_DATA("cracks/cracks.tar.gz");
  const TempFolder folder;
  const ImageData data = load_images(unpack(folder, "cracks"));
  EXPECT_EQ(data.class_names, (std::vector<std::string>{"CD", "UD"}));
  EXPECT_EQ(data.train.sample_shape(), (Shape{3, 256, 256}));
  EXPECT_EQ(data.train.size(), 320);
}

}  // namespace
}  // namespace lepton::data
