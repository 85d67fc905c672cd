// Checking UTF-8.
#include "src/data/utf8.hpp"

#include <cstdint>

namespace lepton::data {

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
    const unsigned lead = byte(i++);
    if (lead < 0x80) continue;
    const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC2 || lead > 0xF4 || i + std::size_t(more) > text.size()) return false;
    std::uint32_t point = lead & (0x3Fu >> more);
    for (int k = 0; k < more; ++k, ++i) {
      if ((byte(i) & 0xC0) != 0x80) return false;
      point = point << 6 | (byte(i) & 0x3F);
    }
    const std::uint32_t least = more == 1 ? 0x80 : more == 2 ? 0x800 : 0x10000;
    if (point < least || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return false;
  }
  return true;
}

}  // namespace lepton::data
