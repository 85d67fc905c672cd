// Whole files: read at once, and replaced in one step.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "src/io/file.hpp"

namespace lepton::io {

/// A file's bytes. Throws, naming it, where it cannot be read.
std::vector<std::uint8_t> read_whole(const std::string& path);

/// Lets `write` fill a file, which then takes the place of `path`: whatever happens on the way, that holds the old
/// content or the new. Throws naming it.
void replace_with(const std::string& path, const std::function<void(OutputFile&)>& write);

/// The same with these bytes.
void replace_with(const std::string& path, const std::vector<std::uint8_t>& bytes);

}  // namespace lepton::io
