// ByteStream: bytes that are read block by block, from a file or from memory, unpacked where gzipped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace lepton::data {

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// Fills up to `count` bytes and says how many; 0 only at the end. Throws for what cannot be read.
  virtual std::size_t read(void* out, std::size_t count) = 0;
  /// Goes back to the first byte.
  virtual void rewind() = 0;
  /// Bytes in all; 0 where that is not known, as of gzipped ones.
  virtual std::size_t size() const = 0;
  /// What messages call it.
  virtual const std::string& name() const = 0;
};

/// Throws, naming it, where the file is missing, no regular file, or cannot be read.
std::unique_ptr<ByteStream> open_file(const std::string& path);

/// On bytes that must outlive it.
std::unique_ptr<ByteStream> open_bytes(std::span<const std::uint8_t> bytes, std::string name);

}  // namespace lepton::data
