// IDX files of every element type, MNIST's four, CIFAR-10, and broken ones.
#include "lepton/data/idx.hpp"

#include "lepton/data/cifar.hpp"
#include "tests/data/support.hpp"

namespace lepton::data {
namespace {

/// A gzip file (RFC 1952) of one stored block, so that the test needs no compressor.
ByteVector gzip(const ByteVector& bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const std::uint8_t b : bytes) {
    crc ^= b;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
  }
  const std::uint32_t n = std::uint32_t(bytes.size());
  ByteVector out{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1};
  const auto put = [&](std::uint32_t value, int count) {
    for (int i = 0; i < count; ++i) out.push_back(std::uint8_t(value >> 8 * i));
  };
  put(n, 2);
  put(~n, 2);
  out.insert(out.end(), bytes.begin(), bytes.end());
  put(~crc, 4);
  put(n, 4);
  return out;
}

/// Header of an IDX file, then the bytes.
ByteVector idx(std::uint8_t type, const std::vector<std::uint32_t>& shape, const ByteVector& elements) {
  ByteVector out{0, 0, type, std::uint8_t(shape.size())};
  for (const std::uint32_t n : shape)
    for (const int shift : {24, 16, 8, 0}) out.push_back(std::uint8_t(n >> shift));
  out.insert(out.end(), elements.begin(), elements.end());
  return out;
}

const ByteVector kSmall = idx(0x08, {2, 3}, {1, 2, 3, 4, 5, 255});

TEST(Idx, EveryElementType) {
  const auto read = [](std::uint8_t type, std::uint32_t n, const ByteVector& bytes) {
    return read_idx(idx(type, {n}, bytes), "array");
  };
  EXPECT_EQ(read_idx(kSmall, "array").to_vector<std::uint8_t>(), (ByteVector{1, 2, 3, 4, 5, 255}));
  EXPECT_EQ(read_idx(kSmall, "array").shape(), (Shape{2, 3}));
  EXPECT_EQ(read(0x09, 2, {0xFF, 5}).data<std::int8_t>()[0], -1);
  EXPECT_EQ(read(0x0B, 2, {0xFF, 0xFE, 1, 2}).data<std::int32_t>()[0], -2);
  EXPECT_EQ(read(0x0B, 2, {0xFF, 0xFE, 1, 2}).data<std::int32_t>()[1], 258);
  EXPECT_EQ(read(0x0C, 1, {0xFF, 0xFF, 0xFF, 0xFD}).data<std::int32_t>()[0], -3);
  EXPECT_EQ(read(0x0D, 1, {0x3F, 0xC0, 0, 0}).data<float>()[0], 1.5f);
  EXPECT_EQ(read(0x0E, 1, {0xBF, 0xF8, 0, 0, 0, 0, 0, 0}).data<double>()[0], -1.5);
}

TEST(Idx, Gzip) {
  const ByteVector packed = gzip(kSmall);
  EXPECT_EQ(read_idx(packed, "array").data<std::uint8_t>()[5], 255);
  // Two gzip files, one after the other, are one.
  ByteVector halves = gzip({kSmall.begin(), kSmall.begin() + 7});
  const ByteVector rest = gzip({kSmall.begin() + 7, kSmall.end()});
  halves.insert(halves.end(), rest.begin(), rest.end());
  EXPECT_EQ(read_idx(halves, "array").data<std::uint8_t>()[5], 255);
}

TEST(Idx, BrokenFiles) {
  const auto fails = [](const ByteVector& bytes, const std::string& why) {
    expect_error([&] { read_idx(bytes, "array"); }, {"[array]", why});
  };
  fails({}, "ends after 0 of the 4 bytes");
  fails({'G', 'I', 'F', '8', '9'}, "is not an IDX file");
  fails(idx(0x0A, {1}, {0}), "is not an IDX file");
  fails(idx(0x08, {}, {0}), "is not an IDX file");
  fails(idx(0x08, {1, 1, 1, 1, 1, 1, 1, 1, 1}, {0}), "is not an IDX file");
  fails(idx(0x08, {0, 5}, {}), "size 0");
  fails(idx(0x08, {0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, {}), "more elements than the file can hold");
  fails(idx(0x08, {2, 3}, {1, 2, 3, 4, 5}), "ends after 5 of the 6 bytes of its [2, 3] elements");
  fails(idx(0x08, {2, 3}, {1, 2, 3, 4, 5, 6, 7}), "goes on after the last element");
  fails(gzip(idx(0x08, {2, 3}, {1, 2, 3, 4, 5})), "ends after 5 of the 6 bytes");
  fails(gzip(idx(0x08, {2, 3}, {1, 2, 3, 4, 5, 6, 7})), "goes on after the last element");
  fails(gzip(idx(0x08, {0xFFFFFFFF, 0xFFFFFFFF}, {})), "more elements than the file can hold");
}

TEST(Idx, EveryTruncation) {
  const ByteVector packed = gzip(kSmall);
  for (const ByteVector& whole : {kSmall, packed})
    for (std::size_t n = 0; n < whole.size(); ++n) {
      SCOPED_TRACE(n);
      expect_error([&] { read_idx({whole.data(), n}, "cut"); }, {"[cut]"});
    }
}

TEST(Idx, CorruptGzip) {
  ByteVector packed = gzip(kSmall);
  packed[packed.size() - 6] ^= 1;  // in the checksum
  expect_error([&] { read_idx(packed, "bad.gz"); }, {"[bad.gz]", "corrupt"});
  packed = gzip(kSmall);
  packed.push_back('x');
  expect_error([&] { read_idx(packed, "bad.gz"); }, {"[bad.gz]"});
}

TEST(Idx, FilesThatAreNone) {
  const TempFolder folder;
  expect_error([&] { read_idx(folder.path()); }, {folder.path(), "is a folder"});
  expect_error([&] { read_idx(folder / "none"); }, {"none]", "No such file"});
}

class MnistTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder.write("train-images-idx3-ubyte", idx(0x08, {2, 1, 2}, {1, 2, 3, 4}));
    folder.write("train-labels-idx1-ubyte.gz", gzip(idx(0x08, {2}, {7, 9})));
    folder.write("t10k-images.idx3-ubyte", idx(0x08, {1, 1, 2}, {5, 6}));
    folder.write("t10k-labels.idx1-ubyte", idx(0x08, {1}, {3}));
  }
  TempFolder folder;
};

TEST_F(MnistTest, FourFilesByAnyOfTheirNames) {
  EXPECT_TRUE(has_mnist(folder.path()));
  const Mnist mnist = read_mnist(folder.path());
  EXPECT_EQ(mnist.train.images.shape(), (Shape{2, 1, 1, 2}));
  EXPECT_EQ(mnist.train.labels.to_vector<std::int64_t>(), (std::vector<std::int64_t>{7, 9}));
  EXPECT_EQ(mnist.test.images.data<std::uint8_t>()[1], 6);
}

TEST_F(MnistTest, WrongSets) {
  folder.write("t10k-labels.idx1-ubyte", idx(0x08, {2}, {3, 4}));
  expect_error([&] { read_mnist(folder.path()); },
               {"t10k-labels", "2 labels for the 1 pictures in", "t10k-images"});
  folder.write("t10k-labels.idx1-ubyte", idx(0x0D, {1}, {0, 0, 0, 0}));
  expect_error([&] { read_mnist(folder.path()); }, {"t10k-labels", "f32 [1]"});
  fs::remove(folder / "t10k-labels.idx1-ubyte");
  expect_error([&] { read_mnist(folder.path()); }, {folder.path(), "lacks t10k-labels-idx1-ubyte"});
}

ByteVector cifar_records(const std::vector<std::uint8_t>& labels) {
  ByteVector out;
  for (const std::uint8_t label : labels) {
    out.push_back(label);
    for (int i = 0; i < 3072; ++i) out.push_back(std::uint8_t(i + label));
  }
  return out;
}

TEST(Cifar10, SixFiles) {
  const TempFolder folder;
  EXPECT_FALSE(has_cifar10(folder.path()));
  for (std::uint8_t i = 1; i <= 5; ++i)
    folder.write("cifar-10-batches-bin/data_batch_" + std::to_string(i) + ".bin", cifar_records({i, 9}));
  expect_error([&] { read_cifar10(folder.path()); }, {"test_batch.bin]", "is not there"});
  folder.write("cifar-10-batches-bin/test_batch.bin", cifar_records({4}));
  EXPECT_TRUE(has_cifar10(folder.path()));
  const Cifar10 cifar = read_cifar10(folder.path());
  EXPECT_EQ(cifar.train.images.shape(), (Shape{10, 3, 32, 32}));
  EXPECT_EQ(cifar.train.labels.data<std::int64_t>()[2], 2);
  EXPECT_EQ(cifar.test.images.data<std::uint8_t>()[3071], std::uint8_t(3071 + 4));
  EXPECT_EQ(cifar.class_names[4], "deer");

  folder.write("cifar-10-batches-bin/test_batch.bin", cifar_records({10}));
  expect_error([&] { read_cifar10(folder.path()); }, {"test_batch.bin]", "label 10"});
  folder.write("cifar-10-batches-bin/test_batch.bin", ByteVector(3000));
  expect_error([&] { read_cifar10(folder.path()); }, {"test_batch.bin]", "3000 bytes"});
}

}  // namespace
}  // namespace lepton::data
