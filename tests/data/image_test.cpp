// Decoding JPEG and PNG: every kind of picture, and broken files.
#include "lepton/data/image.hpp"

#include <array>

#include "tests/data/support.hpp"

namespace lepton::data {
namespace {

#include "image_fixtures.inc"

using Bytes = std::span<const std::uint8_t>;
using Colour = std::array<int, 3>;

ByteVector copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

/// The picture of a file that must be read without an error, with its size checked against the header's.
Image decode(Bytes bytes, std::int64_t height, std::int64_t width, std::int64_t channels) {
  const Image image = decode_image(bytes, "picture");
  EXPECT_EQ(image_size(bytes, "picture"), (ImageSize{height, width, channels}));
  EXPECT_EQ((ImageSize{image.height, image.width, image.channels}), (ImageSize{height, width, channels}));
  EXPECT_EQ(std::int64_t(image.pixels.size()), height * width * channels);
  return image;
}

/// JPEG keeps the fixtures' plain colours within a few levels.
void expect_colour(const Image& image, std::int64_t h, std::int64_t w, Colour colour) {
  for (std::int64_t c = 0; c < 3; ++c)
    EXPECT_NEAR(image.pixels[std::size_t((h * image.width + w) * 3 + c)], colour[std::size_t(c)], 6)
        << "at " << h << ", " << w << ", " << c;
}

constexpr Colour kRed{255, 0, 0}, kGreen{0, 255, 0}, kBlue{0, 0, 255};

TEST(Jpeg, Rgb) {
  for (const Bytes bytes : {Bytes(jpeg_rgb), Bytes(jpeg_progressive)}) {
    const Image image = decode(bytes, 16, 24, 3);
    expect_colour(image, 2, 2, kRed);
    expect_colour(image, 2, 20, kGreen);
    expect_colour(image, 13, 5, kBlue);
  }
}

TEST(Jpeg, Grey) {
  const Image image = decode(jpeg_grey, 16, 16, 1);
  for (const int p : image.pixels) EXPECT_NEAR(p, 77, 1);
}

TEST(Jpeg, CmykIsRefused) {
  expect_error([] { decode_image(jpeg_cmyk, "print.jpg"); }, {"[print.jpg]", "CMYK"});
}

TEST(Jpeg, TurnedByOrientation) {
  // Where the red corner, the green half and the blue half end up, by the EXIF standard's table.
  struct Case {
    std::uint8_t orientation;
    bool tall;
    std::array<std::int64_t, 2> red, green, blue;
  };
  const Case cases[] = {
      {1, false, {2, 2}, {2, 20}, {13, 2}},   {2, false, {2, 21}, {2, 3}, {13, 21}},
      {3, false, {13, 21}, {13, 3}, {2, 21}}, {4, false, {13, 2}, {13, 20}, {2, 2}},
      {5, true, {2, 2}, {20, 2}, {2, 13}},    {6, true, {2, 13}, {20, 13}, {2, 2}},
      {7, true, {21, 13}, {3, 13}, {21, 2}},  {8, true, {21, 2}, {3, 2}, {21, 13}},
  };
  // The value of the tag is the byte that differs between the two fixtures.
  ByteVector bytes = copy(jpeg_rgb);
  std::size_t value = 0;
  while (jpeg_rgb[value] == jpeg_turned[value]) ++value;
  for (const Case& c : cases) {
    bytes[value] = c.orientation;
    const Image image = decode(bytes, c.tall ? 24 : 16, c.tall ? 16 : 24, 3);
    SCOPED_TRACE(int(c.orientation));
    expect_colour(image, c.red[0], c.red[1], kRed);
    expect_colour(image, c.green[0], c.green[1], kGreen);
    expect_colour(image, c.blue[0], c.blue[1], kBlue);
  }
  for (const std::uint8_t nonsense : {0, 9, 255}) {
    bytes[value] = nonsense;
    expect_colour(decode(bytes, 16, 24, 3), 2, 2, kRed);
  }
}

TEST(Jpeg, NonsenseInExifIsPassedOver) {
  // Every byte of the APP1 marker's content in turn set to 255: no crash, and the same or a turned picture.
  const std::size_t first = 24, last = 60;
  for (std::size_t i = first; i < last; ++i) {
    ByteVector bytes = copy(jpeg_turned);
    bytes[i] = 0xFF;
    try {
      EXPECT_EQ(decode_image(bytes, "picture").pixels.size(), 16u * 24 * 3);
    } catch (const Error&) {  // the byte belonged to a marker's length
    }
  }
}

TEST(Png, GreyOfAnyDepth) {
  const ByteVector expected{0, 50, 100, 150, 200, 250};
  EXPECT_EQ(decode(png_grey, 2, 3, 1).pixels, expected);
  EXPECT_EQ(decode(png_grey16, 2, 3, 1).pixels, expected);
  EXPECT_EQ(decode(png_bits, 2, 3, 1).pixels, (ByteVector{0, 0, 255, 255, 255, 255}));
}

TEST(Png, ColourPaletteAndAlpha) {
  ByteVector expected;
  for (int i = 0; i < 18; ++i) expected.push_back(std::uint8_t(14 * i));
  for (const Bytes bytes : {Bytes(png_rgb), Bytes(png_rgba), Bytes(png_palette), Bytes(png_palette_clear)})
    EXPECT_EQ(decode(bytes, 2, 3, 3).pixels, expected);
}

TEST(Image, Truncated) {
  for (const Bytes bytes :
       {Bytes(jpeg_rgb), Bytes(jpeg_progressive), Bytes(jpeg_grey), Bytes(png_rgb), Bytes(png_grey16)})
    for (std::size_t n = 0; n < bytes.size(); ++n) {
      SCOPED_TRACE(n);
      expect_error([&] { decode_image(bytes.first(n), "cut"); }, {"[cut]"});
    }
}

TEST(Image, CorruptPng) {
  for (std::size_t i = 8; i < sizeof png_rgb; ++i) {
    ByteVector bytes = copy(png_rgb);
    bytes[i] ^= 0x10;  // every byte of a chunk is under its checksum
    SCOPED_TRACE(i);
    expect_error([&] { decode_image(bytes, "bad.png"); }, {"[bad.png]"});
  }
}

TEST(Image, SmallFileCannotAskForMuchMemory) {
  ByteVector jpeg = copy(jpeg_grey);
  std::size_t frame = 0;
  while (!(jpeg[frame] == 0xFF && jpeg[frame + 1] == 0xC0)) ++frame;
  for (const std::size_t i : {5, 7}) jpeg[frame + i] = 0xF0;  // height at 5, width at 7
  expect_error([&] { decode_image(jpeg, "huge.jpg"); }, {"[huge.jpg]", "pixels; more than", "refused"});
  jpeg[frame + 5] = jpeg[frame + 7] = 0x2F;
  expect_error([&] { decode_image(jpeg, "bomb.jpg"); }, {"[bomb.jpg]", "claims 12048 x 12048"});
}

TEST(Image, OtherFiles) {
  const TempFolder folder;
  expect_error([&] { decode_image(folder.path()); }, {folder.path(), "is a folder"});
  expect_error([&] { decode_image(folder / "none.png"); }, {"none.png]", "No such file"});
  expect_error([&] { decode_image(folder.write("empty.jpg", {})); }, {"empty.jpg]", "is empty"});
  expect_error(
      [&] {
        decode_image(folder.write("text.png", ByteVector{'h', 'e', 'l', 'l', 'o'}));
      },
      {"text.png]", "neither a JPEG nor a PNG"});
  // A name that is no UTF-8 is a name.
  EXPECT_EQ(decode_image(folder.write("\xff\xfe.png", png_grey)).width, 3);
}

TEST(Image, WithChannels) {
  const Image rgb{1, 2, 3, {255, 0, 0, 10, 20, 30}};
  EXPECT_EQ(with_channels(rgb, 1).pixels, (ByteVector{76, 18}));
  EXPECT_EQ(with_channels({1, 2, 1, {5, 6}}, 3).pixels, (ByteVector{5, 5, 5, 6, 6, 6}));
  expect_error([&] { with_channels(rgb, 4); }, {"1 or 3"});
}

struct ResizeCase {
  std::int64_t height, width, channels, to_height, to_width;
  ByteVector expected;
};

// Pillow 13 runs some sizes vertically first, so the rounding between the passes may differ by a level.
TEST(Image, ResizeEqualsPillowWithinALevel) {
  const ResizeCase cases[] = {
#include "resize_golden.inc"
  };
  for (const ResizeCase& c : cases) {
    Image image{c.height, c.width, c.channels, {}};
    for (std::int64_t h = 0; h < c.height; ++h)
      for (std::int64_t w = 0; w < c.width; ++w)
        for (std::int64_t k = 0; k < c.channels; ++k)
          image.pixels.push_back(std::uint8_t(7 * h * h + 13 * w + 29 * k + 5 * h * w));
    const Image small = resize(image, c.to_height, c.to_width);
    ASSERT_EQ(small.pixels.size(), c.expected.size());
    for (std::size_t i = 0; i < c.expected.size(); ++i) EXPECT_NEAR(small.pixels[i], c.expected[i], 1) << i;
  }
}

TEST(Image, ResizeRefusesSizes) {
  const Image image{1, 1, 1, {0}};
  expect_error([&] { resize(image, 0, 4); }, {"[resize]", "0 x 4"});
  expect_error([&] { resize(image, 1 << 20, 1 << 20); }, {"[resize]"});
  expect_error([&] { resize(Image{}, 4, 4); }, {"no pixels"});
}

}  // namespace
}  // namespace lepton::data
