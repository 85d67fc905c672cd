// PNG decoding with libpng.
#include <csetjmp>
#include <cstdio>
#include <cstring>

#include <png.h>

#include <vector>

#include "lepton/core/error.hpp"
#include "src/data/image_codecs.hpp"

namespace lepton::data {
namespace {

/// A reader over bytes in memory, whose errors leave `guarded` as an Error.
struct Decoder {
  png_structp png = nullptr;
  png_infop info = nullptr;
  Bytes left;
  std::jmp_buf escape;
  char message[200] = {};

  explicit Decoder(Bytes bytes) : left(bytes) {
    png = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, &fail, [](png_structp, png_const_charp) {});
    if (png) info = png_create_info_struct(png);
    if (!info) {
      png_destroy_read_struct(&png, nullptr, nullptr);
      throw Error("decode_png", "out of memory");
    }
    png_set_read_fn(png, this, &feed);
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff);  // check_image_size is what decides
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  }
  ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// Runs `body`, which must hold nothing that needs a destructor: libpng's errors jump out of it.
  template <class F> void guarded(const std::string& name, const F& body) {
    if (setjmp(escape)) throw Error(name, std::string("the PNG is broken: ") + message + "; " + kGetAnew);
    body();
  }

 private:
  [[noreturn]] static void fail(png_structp p, png_const_charp text) {
    Decoder& self = *static_cast<Decoder*>(png_get_error_ptr(p));
    std::snprintf(self.message, sizeof self.message, "%s", text);
    std::longjmp(self.escape, 1);
  }
  static void feed(png_structp p, png_bytep out, std::size_t count) {
    Decoder& self = *static_cast<Decoder*>(png_get_io_ptr(p));
    if (count > self.left.size()) png_error(p, "it is truncated");
    std::memcpy(out, self.left.data(), count);
    self.left = self.left.subspan(count);
  }
};

/// Asks libpng for 8-bit grey or RGB, whatever the file holds.
void set_transforms(png_structp png) {
  png_set_scale_16(png);
  png_set_expand(png);  // palettes to RGB, 1, 2 and 4 bits to 8
  png_set_strip_alpha(png);
}

}  // namespace

bool is_png(Bytes b) { return b.size() >= 8 && png_sig_cmp(b.data(), 0, 8) == 0; }

Image decode_png(Bytes bytes, const std::string& name, Decode what) {
  Decoder decoder(bytes);
  png_structp png = decoder.png;
  decoder.guarded(name, [&] { png_read_info(png, decoder.info); });
  const std::uint32_t height = png_get_image_height(png, decoder.info);
  const std::uint32_t width = png_get_image_width(png, decoder.info);
  check_image_size(height, width, bytes.size(), name);
  const bool colour = png_get_color_type(png, decoder.info) & PNG_COLOR_MASK_COLOR;
  Image image{height, width, colour ? 3 : 1, {}};
  if (what == Decode::size) return image;

  image.pixels.resize(std::size_t(image.height * image.width * image.channels));
  const std::size_t stride = std::size_t(image.width * image.channels);
  std::vector<png_bytep> rows(height);
  for (std::size_t y = 0; y < height; ++y) rows[y] = image.pixels.data() + y * stride;
  decoder.guarded(name, [&] {
    set_transforms(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, decoder.info);
    if (png_get_rowbytes(png, decoder.info) != stride) png_error(png, "its rows have an unexpected length");
    png_read_image(png, rows.data());
    png_read_end(png, nullptr);  // checks that the end is there
  });
  return image;
}

}  // namespace lepton::data
