// Whole files.
#include "src/io/replace.hpp"

#include <cstdio>

#include "src/io/file.hpp"

namespace lepton::io {

std::vector<std::uint8_t> read_whole(const std::string& path) {
  const InputFile input(path);
  std::vector<std::uint8_t> bytes(std::size_t(input.size()));
  input.read(0, bytes.data(), bytes.size());
  return bytes;
}

void replace_with(const std::string& path, const std::vector<std::vector<std::uint8_t>>& pieces) {
  const std::string place = replaced_file(path), temporary = temporary_beside(place);
  OutputFile output(temporary, path);
  for (const auto& piece : pieces) output.write(piece.data(), piece.size());
  output.finish();
  try {
    replace(temporary, place);
  } catch (...) {
    std::remove(temporary.c_str());
    throw;
  }
}

}  // namespace lepton::io
