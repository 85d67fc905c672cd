// Whole files.
#include "src/io/replace.hpp"

#include <cstdio>

namespace lepton::io {

std::vector<std::uint8_t> read_whole(const std::string& path) {
  const InputFile input(path);
  std::vector<std::uint8_t> bytes(std::size_t(input.size()));
  input.read(0, bytes.data(), bytes.size());
  return bytes;
}

void replace_with(const std::string& path, const std::function<void(OutputFile&)>& write) {
  const std::string place = replaced_file(path), temporary = temporary_beside(place);
  OutputFile output(temporary, path);
  write(output);
  output.finish();
  try {
    replace(temporary, place);
  } catch (...) {
    std::remove(temporary.c_str());
    throw;
  }
}

void replace_with(const std::string& path, const std::vector<std::uint8_t>& bytes) {
  replace_with(path, [&](OutputFile& output) { output.write(bytes.data(), bytes.size()); });
}

}  // namespace lepton::io
