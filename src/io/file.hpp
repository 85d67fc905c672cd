// Files as this folder uses them: read at a place, written to the disk, put in each other's place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace lepton::io {

/// A regular file that is open for reading. Every error names its path.
class InputFile {
 public:
  /// Throws where it is missing, no regular file, or may not be read.
  explicit InputFile(const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  std::uint64_t size() const { return size_; }
  /// Reads exactly `count` bytes at `offset`; throws where the file became shorter.
  void read(std::uint64_t offset, void* out, std::size_t count) const;

 private:
  std::string path_;
  int fd_;
  std::uint64_t size_;
};

/// A file that is being written. Unless `finish` is reached nothing remains of it. Every error names `shown`.
class OutputFile {
 public:
  /// Makes `path`, or empties it; throws where that is not possible.
  OutputFile(const std::string& path, const std::string& shown);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(const void* bytes, std::size_t count);
  /// Waits until all of it is on the disk, and closes it.
  void finish();

 private:
  [[noreturn]] void fail(int error) const;

  std::string path_, shown_;
  int fd_;
};

/// The file that writing to `path` replaces: where a link leads, else `path` itself. Throws for a folder or a
/// device, and for a link to nowhere.
std::string replaced_file(const std::string& path);

/// A name in the same folder that no other thread or process uses.
std::string temporary_beside(const std::string& path);

/// Puts a finished file in the place of another in one step, and waits until that is on the disk: whoever
/// opens `to` sees the old content or the new, also after a power loss. Both are in one folder.
void replace(const std::string& from, const std::string& to);

/// Waits until what was made or renamed beside `path` is on the disk.
void sync_folder_of(const std::string& path);

}  // namespace lepton::io
