// Reading whole files, and unpacking gzip with zlib.
#include "src/data/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "lepton/core/error.hpp"

namespace lepton::data {
namespace {

constexpr std::size_t kInflateStep = std::size_t(1) << 30;  // zlib counts in unsigned int
constexpr std::size_t kMostExpansion = 1032;                // a deflate stream's best, by its format

struct Descriptor {
  int fd;
  ~Descriptor() { ::close(fd); }
};

[[noreturn]] void fail(const std::string& path, int error) { throw Error(path, std::strerror(error)); }

}  // namespace

std::vector<std::uint8_t> read_file(const std::string& path) {
  // O_NONBLOCK, so that opening a pipe does not wait for its writer; it is refused below.
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.fd < 0) fail(path, errno);
  struct stat info {};
  if (::fstat(file.fd, &info) != 0) fail(path, errno);
  if (S_ISDIR(info.st_mode)) throw Error(path, "is a folder, not a file");
  if (!S_ISREG(info.st_mode)) throw Error(path, "is not a regular file");

  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(info.st_size));
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = ::read(file.fd, bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path, errno);
    if (got == 0) break;  // it was cut while being read
    have += std::size_t(got);
  }
  bytes.resize(have);
  return bytes;
}

struct ByteReader::Gzip {
  z_stream stream{};
  bool ended = false;  // the last member is complete
  Gzip() {
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) throw Error("gzip", "out of memory");
  }
  ~Gzip() { inflateEnd(&stream); }
};

ByteReader::ByteReader(std::span<const std::uint8_t> bytes, std::string name)
    : bytes_(bytes), name_(std::move(name)) {
  if (bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b) gzip_ = std::make_unique<Gzip>();
}

ByteReader::~ByteReader() = default;

std::size_t ByteReader::read_some(void* out, std::size_t count) {
  if (!gzip_) {
    const std::size_t n = std::min(count, bytes_.size());
    if (n) std::memcpy(out, bytes_.data(), n);
    bytes_ = bytes_.subspan(n);
    return n;
  }
  std::size_t have = 0;
  z_stream& z = gzip_->stream;
  while (have < count) {
    if (gzip_->ended) {
      if (bytes_.empty()) break;
      inflateReset(&z);  // a gzip file may hold several members, one after the other
      gzip_->ended = false;
    }
    const uInt in = uInt(std::min(bytes_.size(), kInflateStep)),
               room = uInt(std::min(count - have, kInflateStep));
    z.next_in = const_cast<Bytef*>(bytes_.data());
    z.avail_in = in;
    z.next_out = static_cast<Bytef*>(out) + have;
    z.avail_out = room;
    const int status = inflate(&z, Z_NO_FLUSH);
    have += room - z.avail_out;
    bytes_ = bytes_.subspan(in - z.avail_in);
    if (status == Z_STREAM_END) gzip_->ended = true;
    else if (status == Z_BUF_ERROR) throw Error(name_, "the gzip data is truncated");
    else if (status != Z_OK)
      throw Error(name_, std::string("the gzip data is corrupt: ") + (z.msg ? z.msg : "bad stream"));
  }
  return have;
}

void ByteReader::read(void* out, std::size_t count, const std::string& what) {
  const std::size_t have = read_some(out, count);
  if (have < count)
    throw Error(name_, "ends after " + std::to_string(have) + " of the " + std::to_string(count) +
                           " bytes of " + what);
}

void ByteReader::expect_end() {
  // Reading once more also makes zlib check the length and checksum at the end of the last member.
  std::uint8_t byte;
  if (read_some(&byte, 1))
    throw Error(name_,
                "goes on after the last element that its header announces; is it another kind of file, or "
                "were two written into one?");
}

std::size_t ByteReader::most_left() const {
  return gzip_ ? (bytes_.size() + 1) * kMostExpansion + (std::size_t(1) << 16) : bytes_.size();
}

}  // namespace lepton::data
