// Hashes of bytes and numbers, for tables in memory; never stored.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace lepton::data {

/// Folds a word into a hash: multiply, and bring the high bits, which depend on all others, down.
inline std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
  return hash ^ hash >> 32;
}

inline std::uint64_t hash_bytes(const char* bytes, std::size_t count) {
  std::uint64_t hash = count, word = 0;
  for (; count >= sizeof word; count -= sizeof word, bytes += sizeof word) {
    std::memcpy(&word, bytes, sizeof word);
    hash = mix(hash, word);
  }
  word = 0;
  if (count > 0) std::memcpy(&word, bytes, count);
  return mix(hash, word);
}

}  // namespace lepton::data
