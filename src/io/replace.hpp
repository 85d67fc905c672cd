// Whole files: read at once, and replaced in one step.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lepton::io {

/// A file's bytes. Throws, naming it, where it cannot be read.
std::vector<std::uint8_t> read_whole(const std::string& path);

/// Writes these pieces, one after the other: whatever happens on the way, `path` holds the old content or the new.
/// Throws naming it.
void replace_with(const std::string& path, const std::vector<std::vector<std::uint8_t>>& pieces);

}  // namespace lepton::io
