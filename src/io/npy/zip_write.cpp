// Writing a zip archive: members, and the directory behind them.
#include <zlib.h>

#include <algorithm>
#include <limits>

#include "lepton/core/error.hpp"
#include "src/io/npy/zip.hpp"

namespace lepton::io::zip {
namespace {

constexpr std::uint16_t kDeflate = 20, kZip64 = 45;  // versions that know deflated members, and zip64
constexpr std::uint32_t kDate = 0x00210000;     // 1980-01-01, so that the same arrays give the same bytes
constexpr std::uint32_t kInField = 0xffffffff;  // the number stands in the zip64 field
constexpr std::uint16_t kInRecord = 0xffff;     // that of members in zip64's own end of the directory

void put(std::vector<std::uint8_t>& out, std::uint64_t value, int width) {
  out.resize(out.size() + std::size_t(width));
  for (int i = 0; i < width; ++i) out[out.size() - std::size_t(width - i)] = std::uint8_t(value >> (8 * i));
}

void put(std::vector<std::uint8_t>& out, Bytes bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

void put(std::vector<std::uint8_t>& out, const std::string& text) {
  put(out, Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

std::vector<std::uint8_t> deflate_all(const std::vector<std::uint8_t>& bytes, const std::string& where) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw Error(where, "cannot be packed: zlib has no memory");
  std::vector<std::uint8_t> out(deflateBound(&stream, uLong(bytes.size())));
  constexpr std::size_t kAtOnce = std::numeric_limits<uInt>::max();
  std::size_t read = 0, written = 0;
  int status = Z_OK;
  while (status == Z_OK) {
    const std::size_t in = std::min(bytes.size() - read, kAtOnce),
                      room = std::min(out.size() - written, kAtOnce);
    stream.next_in = const_cast<Bytef*>(bytes.data() + read);
    stream.avail_in = uInt(in);
    stream.next_out = out.data() + written;
    stream.avail_out = uInt(room);
    status = deflate(&stream, read + in == bytes.size() ? Z_FINISH : Z_NO_FLUSH);
    read += in - stream.avail_in;
    written += room - stream.avail_out;
  }
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw Error(where, "cannot be packed by zlib");
  out.resize(written);
  return out;
}

/// Numbers of a header, 32 bits each, and those that do not fit there.
class Numbers {
 public:
  explicit Numbers(std::uint64_t limit) : limit_(limit) {}
  std::uint32_t in_32(std::uint64_t number) {
    if (number < limit_) return std::uint32_t(number);
    put(wide_, number, 8);
    return kInField;
  }
  /// The field that follows a member's name; empty where all fit.
  std::vector<std::uint8_t> field() const {
    std::vector<std::uint8_t> out;
    if (wide_.empty()) return out;
    put(out, 1, 2);  // zip64
    put(out, wide_.size(), 2);
    put(out, wide_);
    return out;
  }

 private:
  std::uint64_t limit_;
  std::vector<std::uint8_t> wide_;
};

}  // namespace

/// What both headers of a member say of it.
struct Writer::Member {
  const std::string& name;
  Method method;
  std::uint32_t checksum;
  std::uint64_t packed, size;

  void put_into(std::vector<std::uint8_t>& out, Numbers& numbers, bool zip64) const {
    constexpr std::uint16_t kUtf8 = 1 << 11;  // the name
    put(out, zip64 ? kZip64 : kDeflate, 2);
    put(out, kUtf8, 2);
    put(out, std::uint16_t(method), 2);
    put(out, kDate, 4);
    put(out, checksum, 4);
    // The format wants the unpacked size first where both move to the field, last in the header.
    const std::uint32_t unpacked = numbers.in_32(size);
    put(out, numbers.in_32(packed), 4);
    put(out, unpacked, 4);
    put(out, name.size(), 2);
  }
};

void Writer::write(const std::vector<std::uint8_t>& bytes) {
  file_.write(bytes.data(), bytes.size());
  at_ += bytes.size();
}

void Writer::add(const std::string& name, std::vector<std::uint8_t> bytes, Method method,
                 const std::string& where) {
  if (name.size() > 65535)
    throw Error(where, "has a name of more than 65,535 bytes, which no zip archive can hold");
  const std::uint64_t size = bytes.size();
  const std::uint32_t checksum = std::uint32_t(crc32_z(0, bytes.data(), bytes.size()));
  if (method == Method::deflated) bytes = deflate_all(bytes, where);
  const Member member{name, method, checksum, bytes.size(), size};
  const bool large = member.packed >= limit_ || size >= limit_;

  std::vector<std::uint8_t> header;
  Numbers sizes(large ? 0 : limit_);  // in front of a member both sizes move or none
  put(header, 0x04034b50, 4);
  member.put_into(header, sizes, large);
  const auto field = sizes.field();
  put(header, field.size(), 2);
  put(header, name);
  put(header, field);

  put_in_directory(member);
  write(header);
  write(bytes);
  ++count_;
}

void Writer::put_in_directory(const Member& member) {
  const bool zip64 = member.packed >= limit_ || member.size >= limit_ || at_ >= limit_;
  Numbers numbers(limit_);
  put(directory_, 0x02014b50, 4);
  put(directory_, zip64 ? kZip64 : kDeflate, 2);
  member.put_into(directory_, numbers, zip64);
  const std::uint32_t offset = numbers.in_32(at_);
  const auto field = numbers.field();
  put(directory_, field.size(), 2);
  put(directory_, 0, 6);  // comment, disk, inner attributes
  put(directory_, 0, 4);  // outer attributes
  put(directory_, offset, 4);
  put(directory_, member.name);
  put(directory_, field);
}

void Writer::finish() {
  const std::uint64_t offset = at_, size = directory_.size();
  write(directory_);
  const std::uint64_t end_64 = at_;
  const bool wide =
      offset >= limit_ || size >= limit_ || count_ >= std::min<std::uint64_t>(limit_, kInRecord);
  std::vector<std::uint8_t> end;
  if (wide) {
    put(end, 0x06064b50, 4);
    put(end, 44, 8);  // bytes of this record that follow
    put(end, kZip64, 2);
    put(end, kZip64, 2);
    put(end, 0, 8);  // disks
    put(end, count_, 8);
    put(end, count_, 8);
    put(end, size, 8);
    put(end, offset, 8);
    put(end, 0x07064b50, 4);  // where that record is
    put(end, 0, 4);
    put(end, end_64, 8);
    put(end, 1, 4);  // disks
  }
  put(end, 0x06054b50, 4);
  put(end, 0, 4);  // disks
  for (int i = 0; i < 2; ++i) put(end, wide ? kInRecord : count_, 2);
  put(end, wide ? kInField : size, 4);
  put(end, wide ? kInField : offset, 4);
  put(end, 0, 2);  // no comment
  write(end);
}

}  // namespace lepton::io::zip
