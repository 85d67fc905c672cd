// Reading IDX files.
#include "lepton/data/idx.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>
#include <vector>

#include "lepton/tensor/factory.hpp"
#include "src/data/file.hpp"

namespace lepton::data {
namespace {

struct ElementType {
  std::uint8_t code;
  std::size_t bytes;  // in the file
  DType dtype;        // in the tensor
};
constexpr ElementType kTypes[] = {{0x08, 1, u8},  {0x09, 1, i8},  {0x0B, 2, i32},
                                  {0x0C, 4, i32}, {0x0D, 4, f32}, {0x0E, 8, f64}};

struct Header {
  ElementType type;
  Shape shape;
};

std::uint32_t big_endian(const std::uint8_t* p) {
  return std::uint32_t(p[0]) << 24 | std::uint32_t(p[1]) << 16 | std::uint32_t(p[2]) << 8 | p[3];
}

Header read_header(ByteReader& in) {
  std::array<std::uint8_t, 4> magic{};
  in.read(magic.data(), magic.size(), "an IDX header");
  Header header{};
  for (const ElementType& t : kTypes)
    if (t.code == magic[2]) header.type = t;
  const int rank = magic[3];
  if (magic[0] != 0 || magic[1] != 0 || !header.type.bytes || rank < 1 || rank > kMaxRank)
    throw Error(in.name(), "is not an IDX file: its first bytes are " + std::to_string(magic[0]) + " " +
                               std::to_string(magic[1]) + " " + std::to_string(magic[2]) + " " +
                               std::to_string(magic[3]));

  const std::size_t limit = in.most_left();
  std::size_t total = header.type.bytes;
  for (int axis = 0; axis < rank; ++axis) {
    std::array<std::uint8_t, 4> word{};
    in.read(word.data(), word.size(), "an IDX header");
    const std::uint32_t size = big_endian(word.data());
    header.shape.push_back(size);
    if (size == 0) throw Error(in.name(), "has an axis of size 0: it holds no elements");
    if (total > limit / size)
      throw Error(in.name(), "its header announces more elements than the file can hold: " +
                                 to_string(header.shape) + (axis + 1 < rank ? " and further axes" : ""));
    total *= size;
  }
  return header;
}

/// Turns `count` elements of `bytes` bytes at `p` from big-endian to the machine's order, in place.
void swap_bytes(std::uint8_t* p, std::size_t count, std::size_t bytes) {
  static_assert(std::endian::native == std::endian::little);
  if (bytes == 1) return;
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t a = i * bytes, b = a + bytes - 1; a < b; ++a, --b) std::swap(p[a], p[b]);
}

}  // namespace

Tensor read_idx(std::span<const std::uint8_t> bytes, const std::string& name) {
  ByteReader in(bytes, name);
  const Header header = read_header(in);
  const std::size_t count = std::size_t(header.shape.numel());
  const std::string what = "its " + to_string(header.shape) + " elements";
  Tensor t = empty(header.shape, {.dtype = header.type.dtype});
  if (header.type.bytes == size_of(header.type.dtype)) {
    std::uint8_t* p = static_cast<std::uint8_t*>(t.raw());
    in.read(p, count * header.type.bytes, what);
    swap_bytes(p, count, header.type.bytes);
  } else {
    std::vector<std::int16_t> narrow(count);
    in.read(narrow.data(), count * sizeof(std::int16_t), what);
    swap_bytes(reinterpret_cast<std::uint8_t*>(narrow.data()), count, sizeof(std::int16_t));
    std::copy(narrow.begin(), narrow.end(), static_cast<std::int32_t*>(t.raw()));
  }
  in.expect_end();
  return t;
}

Tensor read_idx(const std::string& path) { return read_idx(read_file(path), path); }

}  // namespace lepton::data
