// Dictionary: distinct texts and their numbers, as a text column collects them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lepton::data {

/// Numbers texts in the order of their first appearance.
class Dictionary {
 public:
  /// The number of `text`, a new one if it was not there. Throws where there are more than 2^31 - 1.
  std::int32_t code(std::string_view text);
  /// The number of `text`; -1 where it is not there.
  std::int32_t find(std::string_view text) const;
  std::int32_t size() const { return std::int32_t(words_.size()); }
  /// Gives the texts away; the dictionary is empty afterwards.
  std::vector<std::string> take();

 private:
  std::size_t slot_of(std::string_view text, std::uint32_t hash) const;
  void grow();

  std::vector<std::string> words_;
  std::vector<std::uint32_t> hashes_;  // of the words
  std::vector<std::int32_t> slots_;    // open addressing, a power of two; -1 where empty
};

}  // namespace lepton::data
