// Zip archives in memory (PKWARE's APPNOTE 6.3), as far as npz files use them: stored or deflated members, zip64.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

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

/// Collects members and writes the archive.
class Writer {
 public:
  /// Throws, naming `file`, beyond 4 GiB.
  void add(const std::string& name, std::vector<std::uint8_t> bytes, Method method, const std::string& file);
  /// The archive in pieces, members first.
  std::vector<std::vector<std::uint8_t>> finish();

 private:
  std::vector<std::vector<std::uint8_t>> pieces_;
  std::vector<std::uint8_t> directory_;
  std::uint64_t at_ = 0;
  std::uint16_t count_ = 0;
};

}  // namespace lepton::io::zip
