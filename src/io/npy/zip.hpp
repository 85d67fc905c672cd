// Zip archives in memory (PKWARE's APPNOTE 6.3), as far as npz files use them: stored or deflated members, zip64.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "src/io/file.hpp"

namespace lepton::io::zip {

using Bytes = std::span<const std::uint8_t>;

enum class Method : std::uint16_t { stored = 0, deflated = 8 };

/// A member as the archive's directory has it.
struct Entry {
  std::string name;
  Method method = Method::stored;
  std::uint32_t checksum = 0;
  std::uint64_t size = 0;  ///< unpacked
  Bytes packed;
};

/// The members in the order of the directory. Throws, naming `file`, where the archive is not whole, a member does not
/// lie within it, is encrypted, or is packed in another way.
std::vector<Entry> read_directory(Bytes archive, const std::string& file);

/// A member's bytes. Throws, naming `file` and member, where they do not have the size or the checksum announced.
std::vector<std::uint8_t> unpack(const Entry& entry, const std::string& file);

/// Writes an archive into a file, a member at a time.
class Writer {
 public:
  /// Numbers from `limit` on go into zip64's fields: where they do not fit 32 bits, or in tests before that.
  explicit Writer(OutputFile& file, std::uint64_t limit = 0xffffffff) : file_(file), limit_(limit) {}
  /// Throws, naming `where`, for a name of more than 65,535 bytes, and what the file throws.
  void add(const std::string& name, std::vector<std::uint8_t> bytes, Method method, const std::string& where);
  /// Writes the directory, which ends the archive.
  void finish();

 private:
  struct Member;
  void write(const std::vector<std::uint8_t>& bytes);
  void put_in_directory(const Member& member);

  OutputFile& file_;
  std::uint64_t limit_;
  std::vector<std::uint8_t> directory_;
  std::uint64_t at_ = 0, count_ = 0;  // bytes and members written
};

}  // namespace lepton::io::zip
