// Streams of bytes; gzip goes through zlib.
#include "src/data/stream.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "lepton/core/error.hpp"
#include "src/data/file.hpp"

namespace lepton::data {
namespace {

constexpr std::size_t kPackedBlock = 64 << 10;

/// A file as it is.
class FileStream final : public ByteStream {
 public:
  explicit FileStream(const std::string& path) : name_(path) {
    // O_NONBLOCK, so that opening a pipe does not wait for its writer; it is refused below.
    fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd_ < 0) fail();
    struct stat info {};
    const char* problem = nullptr;
    if (::fstat(fd_, &info) != 0) problem = std::strerror(errno);
    else if (S_ISDIR(info.st_mode)) problem = "is a folder, not a file";
    else if (!S_ISREG(info.st_mode)) problem = "is not a regular file";
    if (problem) {
      ::close(fd_);
      throw Error(name_, problem);
    }
    size_ = std::size_t(info.st_size);
  }
  ~FileStream() override { ::close(fd_); }
  FileStream(const FileStream&) = delete;
  FileStream& operator=(const FileStream&) = delete;

  std::size_t read(void* out, std::size_t count) override {
    while (true) {
      const ssize_t got = ::read(fd_, out, count);
      if (got >= 0) return std::size_t(got);
      if (errno != EINTR) fail();
    }
  }
  void rewind() override {
    if (::lseek(fd_, 0, SEEK_SET) != 0) fail();
  }
  std::size_t size() const override { return size_; }
  const std::string& name() const override { return name_; }

 private:
  [[noreturn]] void fail() const { throw Error(name_, std::strerror(errno)); }

  std::string name_;
  int fd_;
  std::size_t size_ = 0;
};

/// What a gzipped file unpacks to.
class GzipStream final : public ByteStream {
 public:
  explicit GzipStream(std::unique_ptr<ByteStream> packed) : packed_(std::move(packed)), block_(kPackedBlock) {
    if (inflateInit2(&z_, 16 + MAX_WBITS) != Z_OK) throw Error("gzip", "out of memory");
  }
  ~GzipStream() override { inflateEnd(&z_); }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  std::size_t read(void* out, std::size_t count) override {
    z_.next_out = static_cast<Bytef*>(out);
    z_.avail_out = uInt(std::min(count, std::size_t(1) << 30));
    const uInt room = z_.avail_out;
    while (z_.avail_out == room) {
      if (z_.avail_in == 0) {
        z_.next_in = block_.data();
        z_.avail_in = uInt(packed_->read(block_.data(), block_.size()));
        if (z_.avail_in == 0) {
          if (!between_members_) throw Error(name(), "the gzip data is truncated");
          return 0;
        }
      }
      if (between_members_) inflateReset(&z_);  // a gzip file may hold several, one after the other
      const int status = inflate(&z_, Z_NO_FLUSH);
      between_members_ = status == Z_STREAM_END;
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
        throw Error(name(), std::string("the gzip data is corrupt: ") + (z_.msg ? z_.msg : "bad stream"));
    }
    return room - z_.avail_out;
  }
  void rewind() override {
    packed_->rewind();
    inflateReset(&z_);
    z_.avail_in = 0;
    between_members_ = false;
  }
  std::size_t size() const override { return 0; }
  const std::string& name() const override { return packed_->name(); }

 private:
  std::unique_ptr<ByteStream> packed_;
  std::vector<Bytef> block_;
  z_stream z_{};
  bool between_members_ = false;
};

class MemoryStream final : public ByteStream {
 public:
  MemoryStream(std::span<const std::uint8_t> bytes, std::string name)
      : bytes_(bytes), name_(std::move(name)) {}
  std::size_t read(void* out, std::size_t count) override {
    const std::size_t n = std::min(count, bytes_.size() - at_);
    if (n > 0) std::memcpy(out, bytes_.data() + at_, n);
    at_ += n;
    return n;
  }
  void rewind() override { at_ = 0; }
  std::size_t size() const override { return bytes_.size(); }
  const std::string& name() const override { return name_; }

 private:
  std::span<const std::uint8_t> bytes_;
  std::string name_;
  std::size_t at_ = 0;
};

std::unique_ptr<ByteStream> unpacked(std::unique_ptr<ByteStream> stream) {
  std::uint8_t magic[2] = {};
  const std::size_t have = stream->read(magic, sizeof magic);
  stream->rewind();
  if (have == sizeof magic && magic[0] == 0x1f && magic[1] == 0x8b)
    return std::make_unique<GzipStream>(std::move(stream));
  return stream;
}

}  // namespace

std::unique_ptr<ByteStream> open_file(const std::string& path) {
  return unpacked(std::make_unique<FileStream>(path));
}

std::unique_ptr<ByteStream> open_bytes(std::span<const std::uint8_t> bytes, std::string name) {
  return unpacked(std::make_unique<MemoryStream>(bytes, std::move(name)));
}

}  // namespace lepton::data
