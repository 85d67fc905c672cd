// Walking a block of a chain's index space in tiles.
#pragma once

#include "kernels/cpu/chain_program.hpp"
#include "kernels/cpu/isa.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

/// Rows of tile buffers begin at multiples of this many elements.
inline constexpr std::int64_t kRowAlignment = 16;

// Elements by their size alone, whatever their type.
typedef std::uint8_t Byte1 __attribute__((may_alias));
typedef std::uint32_t Byte4 __attribute__((may_alias));
typedef std::uint64_t Byte8 __attribute__((may_alias));

template <class T> LEPTON_INLINE void spread_as(char* to, const char* from, std::int64_t n) {
  const T value = *reinterpret_cast<const T*>(from);
  T* const p = reinterpret_cast<T*>(to);
  for (std::int64_t i = 0; i < n; ++i) p[i] = value;
}

/// n copies of one element.
LEPTON_INLINE void spread(char* to, const char* from, std::int64_t n, int size) {
  if (size == 4) spread_as<Byte4>(to, from, n);
  else if (size == 8) spread_as<Byte8>(to, from, n);
  else spread_as<Byte1>(to, from, n);
}

/// Runs tiles of at most [max_rows, max_cols] one by one.
class ChainWalk {
 public:
  LEPTON_INLINE ChainWalk(const ChainProgram& program, char* buffers, std::int64_t max_rows,
                          std::int64_t max_cols)
      : p_(program), max_rows_(max_rows), max_cols_(max_cols) {
    tile_.all_rows = p_.rows;
    tile_.all_cols = p_.cols;
    const std::int64_t pitch = (max_cols + kRowAlignment - 1) / kRowAlignment * kRowAlignment;
    for (int i = 0; i < p_.buffers; ++i)
      tile_.place[kChainOperands + i] = {buffers + i * kChainTileBytes, pitch * p_.buffer_size[i]};
    for (int i = 0; i < p_.operands; ++i) {
      const ChainBoundOperand& o = p_.operand[i];
      if (o.buffer < 0) tile_.place[i].pitch = o.row_stride;
      else tile_.place[i] = tile_.place[kChainOperands + o.buffer];
    }
    make_uniform_rows(max_cols);
  }

  /// fold(tile) after each tile of the block.
  template <class Fold>
  LEPTON_INLINE void block(std::int64_t row0, std::int64_t row1, std::int64_t col0, std::int64_t col1,
                           Fold&& fold) {
    for (std::int64_t row = row0; row < row1; row += max_rows_)
      for (std::int64_t col = col0; col < col1; col += max_cols_) {
        tile_.row = row;
        tile_.col = col;
        tile_.rows = row1 - row < max_rows_ ? row1 - row : max_rows_;
        tile_.cols = col1 - col < max_cols_ ? col1 - col : max_cols_;
        run_tile();
        fold(tile_);
      }
  }

 private:
  /// Constants and single values: one row that serves for all rows of all tiles.
  LEPTON_INLINE void make_uniform_rows(std::int64_t cols) {
    tile_.rows = 1;
    tile_.cols = cols;
    for (int i = 0; i < p_.constants; ++i) {
      tile_.place[p_.constant[i].out].pitch = 0;
      p_.constant[i].run(p_.constant[i], tile_);
    }
    for (int i = 0; i < p_.operands; ++i) {
      const ChainBoundOperand& o = p_.operand[i];
      if (!o.used || o.access != ChainAccess::uniform) continue;
      tile_.place[i].pitch = 0;
      spread(tile_.place[i].data, o.data, cols, o.size);
    }
  }

  LEPTON_INLINE void run_tile() {
    for (int i = 0; i < p_.operands; ++i) {
      const ChainBoundOperand& o = p_.operand[i];
      if (!o.used) continue;
      if (o.access == ChainAccess::direct)
        tile_.place[i].data = o.data + tile_.row * o.row_stride + tile_.col * o.col_stride;
      else if (o.access == ChainAccess::gathered) gather(o, tile_.place[i]);
    }
    for (int i = 0; i < p_.tasks; ++i) p_.task[i].run(p_.task[i], tile_);
    for (int i = 0; i < p_.stores; ++i) store(p_.store[i]);
  }

  /// Brings a tile of an operand whose columns do not follow each other into its buffer.
  void gather(const ChainBoundOperand& o, const ChainPlace& to) const {
    for (std::int64_t r = 0; r < tile_.rows; ++r) {
      const char* from = o.data + (tile_.row + r) * o.row_stride + tile_.col * o.col_stride;
      char* const row = to.data + r * to.pitch;
      if (o.col_stride == 0) spread(row, from, tile_.cols, o.size);
      else
        for (std::int64_t i = 0; i < tile_.cols; ++i, from += o.col_stride)
          __builtin_memcpy(row + i * o.size, from, o.size);
    }
  }

  void store(const ChainStore& s) const {
    const ChainPlace from = tile_.place[s.from], to = tile_.place[s.to];
    for (std::int64_t r = 0; r < tile_.rows; ++r)
      __builtin_memcpy(to.data + r * to.pitch, from.data + r * from.pitch,
                       std::size_t(tile_.cols) * p_.operand[s.to].size);
  }

  const ChainProgram& p_;
  const std::int64_t max_rows_, max_cols_;
  ChainTile tile_;
};

}  // namespace lepton::kernels::cpu::LEPTON_ISA
