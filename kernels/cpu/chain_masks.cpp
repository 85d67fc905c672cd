// Dropout in chains: the same bits from the same counters as the kernel `dropout`. Compiled once for each set.
//
// Eight elements that follow each other in the index space, from a multiple of 8 on, are an octet: a byte of the mask,
// and a Philox block. A tile's octets are brought together in a small buffer, whether it is one stretch of the index
// space or a block whose rows lie apart.
#include "kernels/cpu/chain.hpp"
#include "kernels/cpu/mask_bits.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

/// Octets a tile can have: rows of a few columns touch more of them than they fill.
constexpr std::int64_t kOctets = 3 * kChainTileBytes / 32;

/// The octets of a tile: `rows` rows of `width` octets, one row where the tile is a stretch of the index space.
/// `first` is the number of the first one.
struct Octets {
  std::int64_t element, pitch;  // that the tile begins with, and from row to row in the index space
  std::int64_t first, rows, width;
  bool stretch;

  LEPTON_INLINE explicit Octets(const ChainTile& tile)
      : element(tile.row * tile.all_cols + tile.col),
        pitch(tile.all_cols),
        first(element / 8),
        rows(1),
        stretch(tile.rows == 1 || tile.cols == tile.all_cols) {
    const bool aligned = (tile.col | tile.cols | tile.all_cols) % 8 == 0;
    if (!stretch) rows = tile.rows;
    if (stretch) width = (element + tile.rows * tile.cols + 7) / 8 - first;
    else width = aligned ? tile.cols / 8 : (tile.cols + 14) / 8;
  }

  LEPTON_INLINE std::int64_t of_row(std::int64_t r) const { return (element + r * pitch) / 8; }
  /// Bytes of the mask that row r of octets covers.
  LEPTON_INLINE std::int64_t bytes(std::int64_t r, std::int64_t cols) const {
    return stretch ? width : (element + r * pitch + cols + 7) / 8 - of_row(r);
  }
  /// Where in the buffer the bits of the tile's row r begin.
  LEPTON_INLINE std::int64_t bit(std::int64_t r) const {
    return stretch ? element % 8 + r * pitch : r * width * 8 + (element + r * pitch) % 8;
  }
};

/// y = bit ? x * scale : 0
template <class T>
LEPTON_INLINE void scale_kept(const ChainTask& task, const ChainTile& tile, const Octets& octets,
                              const std::uint8_t* bits) {
  using V = Vec<T>;
  const ChainPlace x = tile.place[task.in[0]], y = tile.place[task.out];
  const V scale(task.step->number);
  const std::int64_t cols = tile.cols;
  for (std::int64_t r = 0; r < tile.rows; ++r) {
    const T* const from = reinterpret_cast<const T*>(x.data + r * x.pitch);
    T* const to = reinterpret_cast<T*>(y.data + r * y.pitch);
    const std::int64_t first = octets.bit(r);
    const auto kept = [&](V v, std::int64_t i) {
      std::uint32_t word;
      __builtin_memcpy(&word, bits + (first + i) / 8, sizeof word);
      return keep(v * scale, word >> (first + i) % 8);
    };
    std::int64_t i = 0;
    for (; i + V::kLanes <= cols; i += V::kLanes) kept(V::load(from + i), i).store(to + i);
    if (i < cols) kept(V::load_partial(from + i, cols - i), i).store_partial(to + i, cols - i);
  }
}

LEPTON_INLINE void scale_by_type(const ChainTask& task, const ChainTile& tile, const Octets& octets,
                                 const std::uint8_t* bits) {
  if (task.step->dtype == DType::f32) scale_kept<float>(task, tile, octets, bits);
  else scale_kept<double>(task, tile, octets, bits);
}

/// Draws the octets of a tile into `bits`, 16 at a time.
void draw_octets(const ChainStep& step, const Octets& octets, std::uint8_t* bits) {
  const std::int64_t count = octets.rows * octets.width;
  const auto most = std::uint16_t(step.keep_below - 1);
  const std::uint64_t seed = step.place.state[0],
                      counter = step.place.state[1] + step.place.distance + std::uint64_t(octets.first);
  std::int64_t row = 0, place = 0;
  for (std::int64_t i = 0; i < count; i += 16) {
    KeepBits drawn;
    if (octets.stretch) drawn = draw(seed, counter + std::uint64_t(i), most);
    else {
      std::uint32_t ahead[16];
      for (std::uint32_t& a : ahead) {
        a = std::uint32_t(octets.of_row(row) - octets.first + place);
        if (++place == octets.width) place = 0, ++row;
      }
      drawn = draw_blocks(seed, counter, ahead, most);
    }
    __builtin_memcpy(bits + i, &drawn, sizeof drawn);
  }
}

/// Like the kernel, the tile with the last element completes the last block of the mask.
void fill_last_block(const ChainStep& step, const ChainTile& tile) {
  const std::int64_t all = tile.all_rows * tile.all_cols, behind = (all + 7) / 8,
                     end = dropout_mask_bytes(all);
  if ((tile.row + tile.rows - 1) * tile.all_cols + tile.col + tile.cols != all || behind == end) return;
  KeepBits drawn{};
  if (step.keep_below != 0)
    drawn = draw(step.place.state[0], step.place.state[1] + step.place.distance + std::uint64_t(behind),
                 std::uint16_t(step.keep_below - 1));
  __builtin_memcpy(step.mask + behind, &drawn, std::size_t(end - behind));
}

}  // namespace

void dropout_tile(const ChainTask& task, const ChainTile& tile) {
  const ChainStep& step = *task.step;
  alignas(64) std::uint8_t bits[kOctets + 32];
  const Octets octets(tile);
  if (step.keep_below == 0) __builtin_memset(bits, 0, std::size_t(octets.rows * octets.width + 4));
  else draw_octets(step, octets, bits);
  for (std::int64_t r = 0; r < octets.rows; ++r)
    __builtin_memcpy(step.mask + octets.of_row(r), bits + r * octets.width,
                     std::size_t(octets.bytes(r, tile.cols)));
  fill_last_block(step, tile);
  scale_by_type(task, tile, octets, bits);
}

void mask_scale_tile(const ChainTask& task, const ChainTile& tile) {
  alignas(64) std::uint8_t bits[kOctets + 32];
  const Octets octets(tile);
  for (std::int64_t r = 0; r < octets.rows; ++r)
    __builtin_memcpy(bits + r * octets.width, task.step->mask + octets.of_row(r),
                     std::size_t(octets.bytes(r, tile.cols)));
  scale_by_type(task, tile, octets, bits);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
