// PNG (RFC 2083): signature, header, one block of deflated rows, end.
#include "src/train/png.hpp"

#include <zlib.h>

#include <algorithm>
#include <cmath>

#include "lepton/autograd/no_grad.hpp"

namespace lepton::detail {
namespace {

void append_be32(std::string& to, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) to += char(value >> shift);
}

void append_chunk(std::string& to, const std::string& type, const std::string& content) {
  append_be32(to, std::uint32_t(content.size()));
  const std::string checked = type + content;
  to += checked;
  append_be32(to,
              std::uint32_t(crc32(0, reinterpret_cast<const Bytef*>(checked.data()), uInt(checked.size()))));
}

char byte_of(float value) {
  return char(
      static_cast<unsigned char>(std::lround(std::clamp(std::isnan(value) ? 0.f : value, 0.f, 1.f) * 255)));
}

/// Rows of pixels, each behind the byte that says that it is not filtered.
std::string rows_of(const Tensor& picture, const Png& size) {
  const NoGrad no_grad;
  const bool bytes = picture.dtype() == u8;
  const std::vector<float> values = picture.to_vector<float>();
  std::string rows;
  for (std::int64_t y = 0; y < size.height; ++y) {
    rows += '\0';
    for (std::int64_t x = 0; x < size.width; ++x)
      for (std::int64_t c = 0; c < size.channels; ++c) {
        const float v = values[std::size_t((c * size.height + y) * size.width + x)];
        rows += bytes ? char(static_cast<unsigned char>(v)) : byte_of(v);
      }
  }
  return rows;
}

}  // namespace

Png encode_png(const Tensor& picture) {
  const int rank = picture.rank();
  if (rank != 2 && !(rank == 3 && (picture.size(0) == 1 || picture.size(0) == 3)))
    throw Error("picture",
                "needs [H, W] or [C, H, W] with 1 or 3 channels, got " + to_string(picture.shape()));
  Png png{picture.size(-2), picture.size(-1), rank == 2 ? 1 : picture.size(0), "\x89PNG\r\n\x1a\n"};
  if (png.height == 0 || png.width == 0) throw Error("picture", "is empty: " + to_string(picture.shape()));
  std::string header;
  append_be32(header, std::uint32_t(png.width));
  append_be32(header, std::uint32_t(png.height));
  constexpr char kDepth = 8, kGrey = 0, kRgb = 2;
  for (const char c : {kDepth, png.channels == 3 ? kRgb : kGrey, '\0', '\0', '\0'}) header += c;

  const std::string rows = rows_of(picture, png);
  uLongf size = compressBound(uLong(rows.size()));
  std::string packed(size, '\0');
  if (compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(rows.data()),
               uLong(rows.size())) != Z_OK)
    throw Error("picture", "could not be compressed");
  packed.resize(size);
  append_chunk(png.bytes, "IHDR", header);
  append_chunk(png.bytes, "IDAT", packed);
  append_chunk(png.bytes, "IEND", {});
  return png;
}

}  // namespace lepton::detail
