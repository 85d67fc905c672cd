// Files as the readers of this folder see them: whole, or as a stream that unpacks gzip on the way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lepton::data {

/// A file's bytes. Throws, naming it, where it is missing, no regular file, or cannot be read.
std::vector<std::uint8_t> read_file(const std::string& path);

/// Bytes in order, unpacked where they start as a gzip file does. `name` stands for the file in messages.
class ByteReader {
 public:
  ByteReader(std::span<const std::uint8_t> bytes, std::string name);
  ~ByteReader();
  ByteReader(const ByteReader&) = delete;
  ByteReader& operator=(const ByteReader&) = delete;

  /// Reads up to `count` bytes and says how many; fewer only at the end. Throws for broken gzip data.
  std::size_t read_some(void* out, std::size_t count);
  /// Reads exactly `count` bytes of `what`; throws where there are fewer.
  void read(void* out, std::size_t count, const std::string& what);
  /// Throws where bytes are left.
  void expect_end();
  /// No more bytes than this can follow: what a header asks for beyond it is not there.
  std::size_t most_left() const;

  const std::string& name() const { return name_; }

 private:
  struct Gzip;
  std::span<const std::uint8_t> bytes_;  // not yet read
  std::string name_;
  std::unique_ptr<Gzip> gzip_;  // null for plain files
};

}  // namespace lepton::data
