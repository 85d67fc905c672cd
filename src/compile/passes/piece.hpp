// An element-by-element launch as a step of a chain.
#pragma once

#include <optional>

#include "kernels/chain.hpp"
#include "src/compile/graph.hpp"

namespace lepton::detail {

/// How a piece reads memory.
struct PieceInput {
  const RecordedSlot* slot;
  std::int64_t row_stride, col_stride;
  DType dtype;
};

/// One launch over [rows, cols]; with one row, any cut of the columns into rows would do where all is dense. The
/// inputs and the output of `step` are those below, to be numbered by the chain. The output is dense.
struct Piece {
  std::int64_t rows = 1, cols = 0;
  kernels::ChainStep step{};
  int inputs = 0;
  PieceInput input[3]{};
  const RecordedSlot* output = nullptr;
  DType output_dtype{};
  const RecordedSlot* mask = nullptr;  ///< of a dropout, which writes it, or of its gradient
};

/// Launch `i` as a piece, if it is one that a chain can hold. Valid until the graph changes.
std::optional<Piece> piece_of(const Graph& graph, int i);

}  // namespace lepton::detail
