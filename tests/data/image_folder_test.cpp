// Folders of pictures, and recognising the layout of a data set.
#include "lepton/data/image_folder.hpp"

#include <set>
#include <sstream>

#include "lepton/data/image_dataset.hpp"
#include "lepton/data/loader.hpp"
#include "tests/data/support.hpp"

namespace lepton::data {
namespace {

#include "image_fixtures.inc"

using Indices = std::vector<std::int64_t>;

/// Class folders a and b under `root`, with `count` 2 x 3 pictures each.
void write_classes(const TempFolder& folder, const std::string& root, int count) {
  for (const char* name : {"b", "a"})
    for (int i = 0; i < count; ++i) folder.write(root + name + "/" + std::to_string(i) + ".png", png_rgb);
}

TEST(ImageFolder, PicturesOfEachClass) {
  const TempFolder folder;
  write_classes(folder, "", 2);
  folder.write("LICENSE.txt", ByteVector{'x'});
  folder.write("loose.png", png_rgb);
  folder.write("a/notes.txt", ByteVector{'x'});
  folder.write("a/.hidden.png", ByteVector{'x'});
  folder.write(".git/x.png", png_rgb);
  folder.write("b/big.PNG", png_rgb);
  const ImageFolder data(folder.path());
  EXPECT_EQ(data.class_names(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(data.sample_names(),
            (std::vector<std::string>{"a/0.png", "a/1.png", "b/0.png", "b/1.png", "b/big.PNG"}));
  EXPECT_EQ(data.labels(), (Indices{0, 0, 1, 1, 1}));
  EXPECT_EQ(data.sample_shape(), (Shape{3, 2, 3}));  // the size they share

  for (int pass = 0; pass < 2; ++pass) {  // decoded, then from memory
    auto [x, y] = data.batch(Indices{4, 1});
    EXPECT_EQ(x.shape(), (Shape{2, 3, 2, 3}));
    EXPECT_EQ(y.to_vector<std::int64_t>(), (Indices{1, 0}));
    // Channel 1 of pixel (1, 2): byte 16 of the fixture, whose bytes are 14 apart.
    EXPECT_EQ(x.data<float>()[1 * 6 + 5], 14 * 16 / 255.0f);
  }
}

TEST(ImageFolder, SizesAndChannels) {
  const TempFolder folder;
  write_classes(folder, "", 1);
  EXPECT_EQ(ImageFolder(folder.path(), {.height = 5, .width = 4}).sample_shape(), (Shape{3, 5, 4}));
  const ImageFolder grey(folder.path(), {.channels = 1});
  EXPECT_EQ(grey.batch(Indices{0})[0].shape(), (Shape{1, 1, 2, 3}));
  folder.write("b/other.jpg", jpeg_turned);
  const ImageFolder mixed(folder.path());
  EXPECT_EQ(mixed.sample_shape(), (Shape{3, 64, 64}));
  EXPECT_EQ(mixed.batch(Indices{0, 2})[0].shape(), (Shape{2, 3, 64, 64}));
  expect_error([&] { ImageFolder(folder.path(), {.channels = 4}); }, {"1 or 3 channels"});
}

TEST(ImageFolder, CacheKeepsToItsBudget) {
  const TempFolder folder;
  write_classes(folder, "", 2);
  const ImageFolder data(folder.path(), {.cache_bytes = 18});  // room for one picture
  data.batch(Indices{0, 1});
  fs::remove_all(folder / "a");
  EXPECT_EQ(data.batch(Indices{0})[0].numel(), 18);
  expect_error([&] { data.batch(Indices{1}); }, {"a/1.png]", "No such file"});
}

TEST(ImageFolder, BrokenPictureNamedThroughTheLoader) {
  const TempFolder folder;
  write_classes(folder, "", 20);
  folder.write("b/bad.png", std::span(png_rgb).first(sizeof png_rgb - 20));
  Loader loader(ImageFolder(folder.path(), {.height = 4, .width = 4}), {.batch_size = 4, .workers = 3});
  expect_error(
      [&] {
        for ([[maybe_unused]] auto& batch : loader) {}
      },
      {"b/bad.png]", "PNG is broken"});
}

TEST(ImageFolder, ThreadsShareTheCache) {
  const TempFolder folder;
  write_classes(folder, "", 10);
  Loader loader(ImageFolder(folder.path()), {.batch_size = 3, .workers = 4});
  for (int epoch = 0; epoch < 5; ++epoch)
    for (auto& [x, y] : loader) EXPECT_EQ(x.data<float>()[1], 42 / 255.0f);
}

TEST(ImageFolder, Refuses) {
  const TempFolder folder;
  expect_error([&] { ImageFolder(folder / "none"); }, {"none]", "No such file"});
  expect_error([&] { ImageFolder(folder.path()); }, {folder.path(), "no folders"});
  folder.write("cats/1.png", png_rgb);
  expect_error([&] { ImageFolder(folder.path()); }, {"one class only", "cats"});
  folder.write("dogs/readme.txt", ByteVector{'x'});
  expect_error([&] { ImageFolder(folder.path()); }, {"dogs]", "without pictures"});
}

TEST(LoadImages, ClassFoldersAreSplit) {
  const TempFolder folder;
  write_classes(folder, "", 10);
  const ImageData data = load_images(folder.path(), {.seed = 3});
  EXPECT_EQ(data.train.size(), 16);
  EXPECT_EQ(data.test.size(), 4);
  EXPECT_EQ(data.test.labels(), (Indices{0, 0, 1, 1}));
  EXPECT_EQ(data.class_names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ((Shape{data.channels, data.height, data.width}), (Shape{3, 2, 3}));
  EXPECT_NE(data.source.find("80/20"), std::string::npos);
  EXPECT_EQ(load_images(folder.path(), {.seed = 3}).test.sample_names(), data.test.sample_names());
  EXPECT_NE(load_images(folder.path(), {.seed = 4}).train.sample_names(), data.train.sample_names());

  write_split(data, folder / "split.tsv");
  std::ifstream file(folder / "split.tsv");
  std::set<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.insert(line);
  EXPECT_EQ(lines.size(), 20u);
  EXPECT_TRUE(lines.count("test\t0\t" + data.test.sample_names()[0]));
  expect_error([&] { write_split(data, folder / "no/where"); }, {"no/where]", "cannot be written"});
}

TEST(LoadImages, TrainAndTestFolders) {
  for (const std::string test_name : {"test", "val"}) {
    const TempFolder folder;
    write_classes(folder, "train/", 5);
    write_classes(folder, test_name + "/", 2);
    fs::remove_all(folder / (test_name + "/a"));
    const ImageData data = load_images(folder.path(), {.limit = 4});
    EXPECT_EQ(data.train.size(), 4);
    EXPECT_EQ(data.test.labels(), (Indices{1, 1}));
    EXPECT_NE(data.source.find(test_name), std::string::npos);
    folder.write(test_name + "/c/0.png", png_rgb);
    expect_error([&] { load_images(folder.path()); }, {test_name + "]", "\"c\"", "training"});
  }
}

TEST(LoadImages, SaysWhatWasLookedFor) {
  const TempFolder folder;
  expect_error([&] { load_images(folder.path()); },
               {"no pictures", "train-images-idx3-ubyte", "data_batch_1.bin", "train/"});
  const std::string file = folder.write("loose.png", png_rgb);
  expect_error([&] { load_images(folder.path()); }, {"not in a folder a class"});
  expect_error([&] { load_images(file); }, {"is a file"});
  expect_error([&] { load_images(folder / "none"); }, {"does not exist"});
  expect_error([&] { load_images(folder.path(), {.limit = -1}); }, {"must not be negative"});
}

}  // namespace
}  // namespace lepton::data
