// Puts element-by-element launches together into one chain.
#pragma once

#include <span>
#include <vector>

#include "kernels/chain.hpp"
#include "src/compile/passes/piece.hpp"

namespace lepton::detail {

/// A chain that grows by one launch at a time, in their order.
class ChainBuilder {
 public:
  explicit ChainBuilder(const Graph& graph) : graph_(graph) {}

  /// Whether launch `i` reads something that a member computes or reads.
  bool related(const Piece& piece) const;
  /// Takes in launch `i`, which is `piece`. False, and nothing changed, where it does not fit: another index space,
  /// memory seen in two ways, too many operands or steps.
  bool add(int i, const Piece& piece);
  /// The same over [rows, cols], of which a chain without rows of its own is a stretched form; false if it is not one.
  bool reshape(std::int64_t rows, std::int64_t cols);

  const std::vector<int>& members() const { return state_.members; }
  std::int64_t rows() const { return state_.args.rows; }
  std::int64_t cols() const { return state_.args.cols; }

  /// Memory that the chain reads in order, element by element, as it was before: what a product may have just made.
  std::vector<RecordedSlot> dense_inputs() const;
  /// The step that computes what launch `i` would read at this slot in order; -1 if no member does.
  int value_at(const RecordedSlot& slot) const;

  struct Result {
    kernels::ChainArgs args;
    std::vector<RecordedSlot> slots;  ///< fields count from the beginning of `args`
  };
  /// What is stored: all results that somebody else than the members, and the launches `besides`, sees.
  Result finish(std::span<const int> besides = {}) const;

 private:
  /// The latest value of a storage that a member wrote, or memory that members read.
  struct Memory {
    RecordedSlot slot;
    std::int64_t row_stride, col_stride;
    DType dtype;
    int operand = -1;  // as input
    int step = -1;     // that computes its latest value
  };
  struct State {
    kernels::ChainArgs args{};
    std::vector<Memory> memory;
    std::vector<RecordedSlot> masks;  // of each step; storage -1 where it has none
    std::vector<int> members;
  };

  static bool take(State& state, int i, const Piece& piece);
  static bool reshape(State& state, std::int64_t rows, std::int64_t cols);
  static bool read(State& state, const PieceInput& input, std::int8_t& in);
  static bool write(State& state, const Piece& piece, int step);
  bool seen_outside(int storage, std::span<const int> besides = {}) const;
  bool has_room() const;

  const Graph& graph_;
  State state_;
};

}  // namespace lepton::detail
