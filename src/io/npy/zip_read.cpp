// Reading a zip archive: the end of its directory, the directory, a member.
#include <zlib.h>

#include <algorithm>
#include <limits>

#include "lepton/core/error.hpp"
#include "src/io/npy/zip.hpp"

namespace lepton::io::zip {
namespace {

constexpr std::uint32_t kEnd = 0x06054b50, kEnd64 = 0x06064b50, kLocator64 = 0x07064b50,
                        kCentral = 0x02014b50, kLocal = 0x04034b50;
constexpr std::size_t kEndSize = 22, kEnd64Size = 56, kLocatorSize = 20, kCentralSize = 46, kLocalSize = 30;
constexpr std::size_t kLongestComment = 65535;
constexpr std::uint32_t kIn64 = 0xffffffff;    // the number stands in the zip64 field
constexpr std::uint64_t kMostDeflated = 1032;  // bytes that one deflated byte can become

/// Little-endian numbers of an archive; throws beyond its end.
class Cursor {
 public:
  Cursor(Bytes bytes, std::uint64_t at, const std::string& file) : bytes_(bytes), at_(at), file_(file) {}

  std::uint64_t number(int width) {
    const Bytes b = take(std::uint64_t(width));
    std::uint64_t value = 0;
    for (int i = width - 1; i >= 0; --i) value = value << 8 | b[std::size_t(i)];
    return value;
  }
  std::uint16_t u16() { return std::uint16_t(number(2)); }
  std::uint32_t u32() { return std::uint32_t(number(4)); }
  std::uint64_t u64() { return number(8); }
  Bytes take(std::uint64_t count) {
    if (at_ > bytes_.size() || count > bytes_.size() - at_)
      throw Error(file_, "is a truncated or damaged zip archive: something should lie at byte " +
                             std::to_string(at_) + " of " + std::to_string(bytes_.size()));
    const Bytes out = bytes_.subspan(std::size_t(at_), std::size_t(count));
    at_ += count;
    return out;
  }
  std::uint64_t at() const { return at_; }

 private:
  Bytes bytes_;
  std::uint64_t at_;
  const std::string& file_;
};

struct Directory {
  std::uint64_t count = 0, offset = 0;
};

/// Place of the record that ends the directory: the last that fits the end of the archive.
std::size_t find_end(Bytes archive, const std::string& file) {
  const std::size_t first =
      archive.size() > kEndSize + kLongestComment ? archive.size() - kEndSize - kLongestComment : 0;
  for (std::size_t at = archive.size() < kEndSize ? 0 : archive.size() - kEndSize + 1; at-- > first;)
    if (Cursor(archive, at, file).u32() == kEnd) return at;
  throw Error(file, "is truncated or no zip archive: the end of its directory is missing");
}

Directory find_directory(Bytes archive, const std::string& file) {
  const std::size_t end = find_end(archive, file);
  Cursor cursor(archive, end + 8, file);
  Directory out;
  cursor.u16();
  out.count = cursor.u16();
  cursor.u32();
  out.offset = cursor.u32();
  const bool in_64 = out.count == 0xffff || out.offset == kIn64;
  if (!in_64 || end < kLocatorSize) return out;
  Cursor locator(archive, end - kLocatorSize, file);
  if (locator.u32() != kLocator64) return out;
  locator.u32();
  Cursor end_64(archive, locator.u64(), file);
  if (end_64.u32() != kEnd64) throw Error(file, "is a damaged zip archive: its zip64 directory has no end");
  end_64.take(kEnd64Size - 4 - 24);
  out.count = end_64.u64();
  end_64.u64();
  out.offset = end_64.u64();
  return out;
}

/// Puts the numbers of the zip64 field in place of those that say that they stand there.
void read_64(Bytes extra, Entry& entry, std::uint64_t& packed, std::uint64_t& offset,
             const std::string& file) {
  Cursor cursor(extra, 0, file);
  while (extra.size() - cursor.at() >= 4) {
    const std::uint16_t id = cursor.u16(), length = cursor.u16();
    const Bytes field = cursor.take(length);
    if (id != 1) continue;
    Cursor numbers(field, 0, file);
    for (std::uint64_t* n : {&entry.size, &packed, &offset})
      if (*n == kIn64) *n = numbers.u64();
    return;
  }
}

/// The packed bytes behind the member's own header.
Bytes find_packed(Bytes archive, std::uint64_t offset, std::uint64_t packed, const std::string& where) {
  Cursor cursor(archive, offset, where);
  if (cursor.u32() != kLocal) throw Error(where, "is not where the archive's directory says");
  cursor.take(22);
  const std::uint16_t name = cursor.u16(), extra = cursor.u16();
  cursor.take(std::uint64_t(name) + extra);
  return cursor.take(packed);
}

Entry read_entry(Bytes archive, Cursor& cursor, const std::string& file) {
  if (cursor.u32() != kCentral)
    throw Error(file, "is a damaged zip archive: its directory has fewer members than it says");
  cursor.u32();
  const std::uint16_t flags = cursor.u16(), method = cursor.u16();
  cursor.u32();
  Entry entry;
  entry.checksum = cursor.u32();
  std::uint64_t packed = cursor.u32();
  entry.size = cursor.u32();
  const std::uint16_t name = cursor.u16(), extra = cursor.u16(), comment = cursor.u16();
  cursor.take(8);
  std::uint64_t offset = cursor.u32();
  const Bytes text = cursor.take(name);
  entry.name.assign(text.begin(), text.end());
  const std::string where = file + ": " + entry.name;
  read_64(cursor.take(extra), entry, packed, offset, where);
  cursor.take(comment);
  if (flags & 1) throw Error(where, "is encrypted");
  if (method != 0 && method != 8)
    throw Error(where, "is packed by method " + std::to_string(method) +
                           "; lepton reads stored and deflated members");
  entry.method = Method(method);
  entry.packed = find_packed(archive, offset, packed, where);
  return entry;
}

}  // namespace

std::vector<Entry> read_directory(Bytes archive, const std::string& file) {
  const Directory directory = find_directory(archive, file);
  Cursor cursor(archive, directory.offset, file);
  if (directory.count > archive.size() / kCentralSize)
    throw Error(file,
                "is a damaged zip archive: it cannot hold " + std::to_string(directory.count) + " members");
  std::vector<Entry> entries;
  for (std::uint64_t i = 0; i < directory.count; ++i) entries.push_back(read_entry(archive, cursor, file));
  return entries;
}

namespace {

std::vector<std::uint8_t> inflate_all(const Entry& entry, const std::string& where) {
  if (entry.size / kMostDeflated > entry.packed.size())
    throw Error(where, "cannot become " + std::to_string(entry.size) + " bytes out of " +
                           std::to_string(entry.packed.size()));
  std::vector<std::uint8_t> out(std::size_t(entry.size) + 1);  // one more, to see what is too long
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw Error(where, "cannot be unpacked: zlib has no memory");
  constexpr std::size_t kAtOnce = std::numeric_limits<uInt>::max();
  std::size_t read = 0, written = 0;
  int status = Z_OK;
  while (status == Z_OK && written < out.size()) {
    const std::size_t in = std::min(entry.packed.size() - read, kAtOnce),
                      room = std::min(out.size() - written, kAtOnce);
    stream.next_in = const_cast<Bytef*>(entry.packed.data() + read);
    stream.avail_in = uInt(in);
    stream.next_out = out.data() + written;
    stream.avail_out = uInt(room);
    status = inflate(&stream, Z_NO_FLUSH);
    read += in - stream.avail_in;
    written += room - stream.avail_out;
  }
  inflateEnd(&stream);
  if (status != Z_STREAM_END || written != entry.size)
    throw Error(where,
                "is damaged: it does not unpack to the " + std::to_string(entry.size) + " bytes announced");
  out.resize(written);
  return out;
}

}  // namespace

std::vector<std::uint8_t> unpack(const Entry& entry, const std::string& file) {
  const std::string where = file + ": " + entry.name;
  std::vector<std::uint8_t> out;
  if (entry.method == Method::deflated) out = inflate_all(entry, where);
  else if (entry.packed.size() != entry.size)
    throw Error(where, "is damaged: its two sizes differ, though it is not packed");
  else out.assign(entry.packed.begin(), entry.packed.end());
  if (crc32_z(0, out.data(), out.size()) != entry.checksum)
    throw Error(where, "is damaged: its checksum is not that of its bytes");
  return out;
}

}  // namespace lepton::io::zip
