// Files through POSIX calls, which unlike the standard streams report what failed and can wait for the disk.
#include "src/io/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "lepton/core/error.hpp"

namespace lepton::io {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostAtOnce = std::size_t(1) << 30;  // Linux transfers less than 2 GiB a call

[[noreturn]] void fail(const std::string& path, int error) { throw Error(path, std::strerror(error)); }

void check_kind(const std::string& path, mode_t mode) {
  if (S_ISDIR(mode)) throw Error(path, "is a folder, not a file");
  if (!S_ISREG(mode)) throw Error(path, "is not a regular file");
}

}  // namespace

InputFile::InputFile(const std::string& path) : path_(path) {
  // O_NONBLOCK, so that opening a pipe does not wait for its writer; it is refused below.
  fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd_ < 0) fail(path, errno);
  try {
    struct stat info {};
    if (::fstat(fd_, &info) != 0) fail(path, errno);
    check_kind(path, info.st_mode);
    size_ = std::uint64_t(info.st_size);
  } catch (...) {
    ::close(fd_);
    throw;
  }
}

InputFile::~InputFile() { ::close(fd_); }

void InputFile::read(std::uint64_t offset, void* out, std::size_t count) const {
  char* to = static_cast<char*>(out);
  while (count > 0) {
    const ssize_t got = ::pread(fd_, to, std::min(count, kMostAtOnce), off_t(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path_, errno);
    if (got == 0) throw Error(path_, "became shorter while it was read");
    to += got;
    offset += std::uint64_t(got);
    count -= std::size_t(got);
  }
}

OutputFile::OutputFile(const std::string& path, const std::string& shown) : path_(path), shown_(shown) {
  fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd_ < 0) fail(errno);
}

OutputFile::~OutputFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(path_.c_str());
}

void OutputFile::fail(int error) const {
  throw Error(shown_, std::string("cannot be written: ") + std::strerror(error));
}

void OutputFile::write(const void* bytes, std::size_t count) {
  const char* from = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t put = ::write(fd_, from, std::min(count, kMostAtOnce));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail(errno);
    from += put;
    count -= std::size_t(put);
  }
}

void OutputFile::finish() {
  if (::fsync(fd_) != 0) fail(errno);
  // Network file systems report a full disk here.
  if (::close(std::exchange(fd_, -1)) != 0) {
    const int error = errno;
    ::unlink(path_.c_str());
    fail(error);
  }
}

std::string replaced_file(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) check_kind(path, info.st_mode);  // a device must not be renamed over
  if (::lstat(path.c_str(), &info) != 0 || !S_ISLNK(info.st_mode)) return path;
  std::error_code error;
  const fs::path target = fs::canonical(path, error);
  if (error) throw Error(path, "is a link to nowhere");
  return target.string();
}

std::string temporary_beside(const std::string& path) {
  static std::atomic<unsigned> counter{0};
  return path + "." + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp";
}

void replace(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) fail(to, errno);
  sync_folder_of(to);
}

void sync_folder_of(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  const std::string folder = parent.empty() ? "." : parent.string();
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) fail(folder, errno);
  // Some network file systems cannot; then there is nothing more to be done.
  const int error = ::fsync(fd) != 0 && errno != EINVAL ? errno : 0;
  ::close(fd);
  if (error) fail(folder, error);
}

}  // namespace lepton::io
