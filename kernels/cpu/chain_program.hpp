// A chain made ready to run: the function of each step, and where its inputs and its result lie.
#pragma once

#include <cstdint>

#include "kernels/chain.hpp"

namespace lepton::kernels::cpu {

/// Bytes of the widest values in a tile. A few tiles fit into the first cache.
inline constexpr std::int64_t kChainTileBytes = 4096;

/// Tile buffers: of results, and of operands that cannot be read where they lie.
inline constexpr int kChainBuffers = kChainSteps + kChainOperands;

/// Doubles from one row of column sums to the next: whole vectors.
constexpr std::int64_t chain_sum_pitch(std::int64_t cols) { return (cols + 15) / 16 * 16; }

/// Where a tile's values lie: the first of them, and bytes from row to row.
struct ChainPlace {
  char* data;
  std::int64_t pitch;
};

/// A block of the index space, [rows, cols] from (row, col), and the places of its operands and buffers.
struct ChainTile {
  std::int64_t row, col, rows, cols;
  std::int64_t all_rows, all_cols;  ///< of the index space
  ChainPlace place[kChainOperands + kChainBuffers];
};

/// A step with its inputs and its result as numbers of places.
struct ChainTask {
  void (*run)(const ChainTask&, const ChainTile&);
  const ChainStep* step;
  std::int8_t in[3];
  std::int8_t out;
};

/// How an operand is read: where it lies, as a row of equal values made once, or gathered for each tile.
enum class ChainAccess : std::uint8_t { direct, uniform, gathered };

struct ChainBoundOperand {
  char* data;
  std::int64_t row_stride, col_stride;  // in bytes
  std::uint8_t size;
  ChainAccess access;
  std::int8_t buffer;  // that a uniform or gathered one is brought to
  bool used;
};

struct ChainBoundReduction {
  void* y;
  std::int8_t place;
  bool is_double, is_mean;
};

/// Copies rows of a buffer to an operand that a later step had still to read.
struct ChainStore {
  std::int8_t from, to;
};

struct ChainProgram {
  std::int64_t rows, cols;
  std::int64_t tile_elements, picoseconds;  // what an element takes
  void* scratch;
  ChainTask task[kChainSteps];
  ChainTask constant[kChainSteps];
  ChainStore store[kChainSteps];
  ChainBoundOperand operand[kChainOperands];
  ChainBoundReduction reduction[kChainReductions];
  std::uint8_t buffer_size[kChainBuffers];  // bytes of an element
  std::uint8_t tasks, constants, stores, operands, reductions, buffers;
  ChainAxis axis;
  bool turned;  // one column, seen as one row
  bool flat;    // rows follow each other without gaps in all operands
  bool draws;
};

}  // namespace lepton::kernels::cpu
