// Writing a zip archive.
#include <zlib.h>

#include <limits>

#include "lepton/core/error.hpp"
#include "src/io/npy/zip.hpp"

namespace lepton::io::zip {
namespace {

constexpr std::uint16_t kVersion = 20;       // that reads deflated members
constexpr std::uint32_t kDate = 0x00210000;  // 1980-01-01, so that the same arrays give the same bytes

void put(std::vector<std::uint8_t>& out, std::uint64_t value, int width) {
  for (int i = 0; i < width; ++i) out.push_back(std::uint8_t(value >> (8 * i)));
}

void put(std::vector<std::uint8_t>& out, const std::string& text) {
  out.insert(out.end(), text.begin(), text.end());
}

std::vector<std::uint8_t> deflate_all(const std::vector<std::uint8_t>& bytes, const std::string& file) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw Error(file, "cannot be packed: zlib has no memory");
  std::vector<std::uint8_t> out(deflateBound(&stream, uLong(bytes.size())));
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = uInt(bytes.size());
  stream.next_out = out.data();
  stream.avail_out = uInt(out.size());
  const int status = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw Error(file, "cannot be packed by zlib");
  return out;
}

}  // namespace

void Writer::add(const std::string& name, std::vector<std::uint8_t> bytes, Method method,
                 const std::string& file) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max() - (std::uint64_t(1) << 24);
  if (at_ + bytes.size() > kMost || count_ == std::numeric_limits<std::uint16_t>::max() - 1 ||
      name.size() > 65535)
    throw Error(
        file,
        "would be larger than 4 GiB, or hold more than 65,534 arrays; save_safetensors has no such limits");
  const std::uint64_t size = bytes.size();
  const std::uint32_t checksum = std::uint32_t(crc32_z(0, bytes.data(), bytes.size()));
  if (method == Method::deflated) bytes = deflate_all(bytes, file);

  // What both headers of a member say of it.
  std::vector<std::uint8_t> common;
  constexpr std::uint16_t kUtf8 = 1 << 11;  // the name
  put(common, kVersion, 2);
  put(common, kUtf8, 2);
  put(common, std::uint16_t(method), 2);
  put(common, kDate, 4);
  put(common, checksum, 4);
  put(common, bytes.size(), 4);
  put(common, size, 4);
  put(common, name.size(), 2);
  put(common, 0, 2);  // no extra fields

  std::vector<std::uint8_t> header;
  put(header, 0x04034b50, 4);
  header.insert(header.end(), common.begin(), common.end());
  put(header, name);

  put(directory_, 0x02014b50, 4);
  put(directory_, kVersion, 2);
  directory_.insert(directory_.end(), common.begin(), common.end());
  put(directory_, 0, 6);  // comment, disk, inner attributes
  put(directory_, 0, 4);  // outer attributes
  put(directory_, at_, 4);
  put(directory_, name);

  at_ += header.size() + bytes.size();
  ++count_;
  pieces_.push_back(std::move(header));
  pieces_.push_back(std::move(bytes));
}

std::vector<std::vector<std::uint8_t>> Writer::finish() {
  const std::uint64_t directory = directory_.size();
  put(directory_, 0x06054b50, 4);
  put(directory_, 0, 4);  // disks
  put(directory_, count_, 2);
  put(directory_, count_, 2);
  put(directory_, directory, 4);
  put(directory_, at_, 4);
  put(directory_, 0, 2);  // no comment
  pieces_.push_back(std::move(directory_));
  return std::move(pieces_);
}

}  // namespace lepton::io::zip
