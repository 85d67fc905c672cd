// JPEG decoding with libjpeg-turbo.
#include <csetjmp>
#include <cstddef>
#include <cstdio>

#include <jerror.h>
#include <jpeglib.h>

#include <utility>

#include "lepton/core/error.hpp"
#include "src/data/image_codecs.hpp"

namespace lepton::data {
namespace {

// A small file of thousands of progressive scans would keep the decoder busy for minutes.
constexpr int kMostScans = 500;
constexpr int kApp1 = JPEG_APP0 + 1;

/// A decompressor whose errors, and warnings of corrupt data, leave `guarded` as an Error.
struct Decoder {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf escape;
  char message[JMSG_LENGTH_MAX] = {};

  Decoder() {
    info.err = jpeg_std_error(&errors);
    info.client_data = this;
    errors.error_exit = [](j_common_ptr i) { give_up(i); };
    errors.emit_message = [](j_common_ptr i, int level) { warn(i, level); };
    errors.output_message = [](j_common_ptr) {};
    progress.progress_monitor = [](j_common_ptr i) { count_scans(i); };
  }
  ~Decoder() { jpeg_destroy_decompress(&info); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// Runs `body`, which must hold nothing that needs a destructor: libjpeg's errors jump out of it.
  template <class F> void guarded(const std::string& name, const F& body) {
    if (setjmp(escape)) throw Error(name, std::string("the JPEG is broken: ") + message + "; " + kGetAnew);
    body();
  }

 private:
  [[noreturn]] static void give_up(j_common_ptr i) {
    Decoder& self = *static_cast<Decoder*>(i->client_data);
    self.errors.format_message(i, self.message);
    std::longjmp(self.escape, 1);
  }
  static void warn(j_common_ptr i, int level) {
    // Level -1 is data that the decoder mended by guessing; these two are only about metadata.
    const int code = i->err->msg_code;
    if (level < 0 && code != JWRN_JFIF_MAJOR && code != JWRN_ADOBE_XFORM) give_up(i);
  }
  static void count_scans(j_common_ptr i) {
    if (!i->is_decompressor || reinterpret_cast<j_decompress_ptr>(i)->input_scan_number <= kMostScans) return;
    Decoder& self = *static_cast<Decoder*>(i->client_data);
    std::snprintf(self.message, sizeof self.message, "it has more than %d scans", kMostScans);
    std::longjmp(self.escape, 1);
  }
};

void read_header(Decoder& decoder, Bytes bytes, const std::string& name) {
  jpeg_decompress_struct& info = decoder.info;
  decoder.guarded(name, [&] {
    jpeg_create_decompress(&info);
    info.progress = &decoder.progress;
    jpeg_mem_src(&info, bytes.data(), static_cast<unsigned long>(bytes.size()));
    jpeg_save_markers(&info, kApp1, 0xFFFF);
    jpeg_read_header(&info, TRUE);
  });
  if (info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK)
    throw Error(name, "is a CMYK picture; convert it to RGB");
  check_image_size(info.image_height, info.image_width, bytes.size(), name);
}

int orientation_of(const jpeg_decompress_struct& info) {
  // A file may hold several APP1 markers: XMP uses them too.
  for (const jpeg_marker_struct* m = info.marker_list; m; m = m->next)
    if (m->marker == kApp1)
      if (const int o = exif_orientation({m->data, m->data_length}); o != 1) return o;
  return 1;
}

}  // namespace

bool is_jpeg(Bytes b) { return b.size() >= 3 && b[0] == 0xFF && b[1] == 0xD8 && b[2] == 0xFF; }

Image decode_jpeg(Bytes bytes, const std::string& name, Decode what) {
  Decoder decoder;
  jpeg_decompress_struct& info = decoder.info;
  read_header(decoder, bytes, name);
  const int orientation = orientation_of(info);
  Image image{info.image_height, info.image_width, info.jpeg_color_space == JCS_GRAYSCALE ? 1 : 3, {}};
  if (what == Decode::size) {
    if (swaps_axes(orientation)) std::swap(image.height, image.width);
    return image;
  }

  image.pixels.resize(std::size_t(image.height * image.width * image.channels));
  const std::size_t stride = std::size_t(image.width * image.channels);
  std::uint8_t* const pixels = image.pixels.data();
  decoder.guarded(name, [&] {
    info.out_color_space = image.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_start_decompress(&info);
    while (info.output_scanline < info.output_height) {
      JSAMPROW row = pixels + info.output_scanline * stride;
      jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);  // reads to the end marker, and complains where there is none
  });
  return orient(image, orientation);
}

}  // namespace lepton::data
