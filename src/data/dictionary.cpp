// A hash table from texts to their numbers: open addressing, at most half full.
#include "src/data/dictionary.hpp"

#include <limits>
#include <utility>

#include "lepton/core/error.hpp"
#include "src/data/hash.hpp"

namespace lepton::data {
namespace {

constexpr std::size_t kFirstSlots = 64;
constexpr std::int32_t kEmpty = -1;

}  // namespace

/// The slot that holds `text`, or the empty one where it would go.
std::size_t Dictionary::slot_of(std::string_view text, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t slot = hash & mask;; slot = (slot + 1) & mask) {
    const std::int32_t code = slots_[slot];
    if (code == kEmpty) return slot;
    if (hashes_[std::size_t(code)] == hash && words_[std::size_t(code)] == text) return slot;
  }
}

void Dictionary::grow() {
  slots_.assign(slots_.empty() ? kFirstSlots : slots_.size() * 2, kEmpty);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t code = 0; code < words_.size(); ++code) {
    std::size_t slot = hashes_[code] & mask;
    while (slots_[slot] != kEmpty) slot = (slot + 1) & mask;
    slots_[slot] = std::int32_t(code);
  }
}

std::int32_t Dictionary::code(std::string_view text) {
  if (words_.size() * 2 >= slots_.size()) grow();
  const std::uint32_t hash = std::uint32_t(hash_bytes(text.data(), text.size()));
  const std::size_t slot = slot_of(text, hash);
  if (slots_[slot] != kEmpty) return slots_[slot];
  if (words_.size() >= std::size_t(std::numeric_limits<std::int32_t>::max()))
    throw Error("Dictionary", "holds 2^31 - 1 different texts, and no more");
  slots_[slot] = std::int32_t(words_.size());
  words_.emplace_back(text);
  hashes_.push_back(hash);
  return slots_[slot];
}

std::int32_t Dictionary::find(std::string_view text) const {
  if (slots_.empty()) return kEmpty;
  return slots_[slot_of(text, std::uint32_t(hash_bytes(text.data(), text.size())))];
}

std::vector<std::string> Dictionary::take() {
  hashes_ = {};
  slots_ = {};
  return std::exchange(words_, {});
}

}  // namespace lepton::data
