// Numbering of operands and steps; which memory may be seen how.
#include "src/compile/passes/chain_builder.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace lepton::detail {
namespace {

bool dense(std::int64_t row_stride, std::int64_t col_stride, std::int64_t rows, std::int64_t cols) {
  return col_stride == 1 && (rows == 1 || row_stride == cols);
}

}  // namespace

bool ChainBuilder::related(const Piece& piece) const {
  for (int k = 0; k < piece.inputs; ++k)
    for (const Memory& m : state_.memory)
      if (m.slot.storage == piece.input[k].slot->storage && m.col_stride == 1) return true;
  return false;
}

bool ChainBuilder::add(int i, const Piece& piece) {
  State before = state_;
  if (take(state_, i, piece) && has_room()) return true;
  state_ = std::move(before);
  return false;
}

/// Results that are stored need operands, too.
bool ChainBuilder::has_room() const {
  int operands = state_.args.operands;
  for (const Memory& m : state_.memory) operands += m.operand < 0 && m.step >= 0 && seen_outside(m.slot.storage);
  return operands <= kernels::kChainOperands;
}

bool ChainBuilder::reshape(std::int64_t rows, std::int64_t cols) { return reshape(state_, rows, cols); }

bool ChainBuilder::reshape(State& state, std::int64_t rows, std::int64_t cols) {
  kernels::ChainArgs& args = state.args;
  if (args.rows == rows && args.cols == cols) return true;
  if (args.rows != 1 || args.cols != rows * cols) return false;
  for (Memory& m : state.memory) {
    if (m.col_stride != 0 && m.col_stride != 1) return false;
    m.row_stride = m.col_stride * cols;
  }
  args.rows = rows;
  args.cols = cols;
  return true;
}

bool ChainBuilder::take(State& state, int i, const Piece& given) {
  Piece piece = given;
  kernels::ChainArgs& args = state.args;
  if (state.members.empty()) {
    args.rows = piece.rows;
    args.cols = piece.cols;
  }
  if (args.steps == kernels::kChainSteps || args.rows * args.cols != piece.rows * piece.cols) return false;
  if (piece.rows != 1 && !reshape(state, piece.rows, piece.cols)) return false;
  for (int k = 0; k < piece.inputs && piece.rows == 1; ++k) {
    auto& input = piece.input[k];
    if (args.rows != 1 && input.col_stride != 0 && input.col_stride != 1) return false;
    input.row_stride = input.col_stride * args.cols;
  }
  const int step = args.steps++;
  args.step[step] = piece.step;
  for (int k = 0; k < piece.inputs; ++k)
    if (!read(state, piece.input[k], args.step[step].in[k])) return false;
  if (piece.mask) {  // bits, which no other member may see otherwise
    for (const Memory& m : state.memory)
      if (m.slot.storage == piece.mask->storage) return false;
    for (const RecordedSlot& m : state.masks)
      if (m.storage == piece.mask->storage) return false;
  }
  state.masks.push_back(piece.mask ? *piece.mask : RecordedSlot{0, -1, 0, Access::read});
  state.members.push_back(i);
  return write(state, piece, step);
}

bool ChainBuilder::read(State& state, const PieceInput& input, std::int8_t& in) {
  for (const RecordedSlot& m : state.masks)
    if (m.storage == input.slot->storage) return false;
  Memory* same = nullptr;
  for (Memory& m : state.memory) {
    if (m.slot.storage != input.slot->storage) continue;
    const bool equal = m.slot.offset == input.slot->offset && m.row_stride == input.row_stride &&
                       m.col_stride == input.col_stride && m.dtype == input.dtype;
    if (equal) same = &m;
    else if (m.step >= 0) return false;  // written by a member, and read here in another order
  }
  if (same && same->step >= 0) {
    in = kernels::chain_result(same->step);
    return true;
  }
  if (!same) {
    state.memory.push_back({*input.slot, input.row_stride, input.col_stride, input.dtype});
    same = &state.memory.back();
  }
  if (same->operand < 0) {
    if (state.args.operands == kernels::kChainOperands) return false;
    same->operand = state.args.operands++;
  }
  in = kernels::chain_operand(same->operand);
  return true;
}

bool ChainBuilder::write(State& state, const Piece& piece, int step) {
  const RecordedSlot& slot = *piece.output;
  const kernels::ChainArgs& args = state.args;
  for (const RecordedSlot& m : state.masks)
    if (m.storage == slot.storage) return false;
  const std::int64_t row_stride = args.cols;
  Memory* same = nullptr;
  for (Memory& m : state.memory) {
    if (m.slot.storage != slot.storage) continue;
    if (m.slot.offset != slot.offset || !dense(m.row_stride, m.col_stride, args.rows, args.cols) ||
        m.dtype != piece.output_dtype)
      return false;
    same = &m;
  }
  if (!same) {
    state.memory.push_back({slot, row_stride, 1, piece.output_dtype});
    same = &state.memory.back();
  }
  same->step = step;
  return true;
}

std::vector<RecordedSlot> ChainBuilder::dense_inputs() const {
  std::vector<RecordedSlot> slots;
  for (const Memory& m : state_.memory)
    if (m.operand >= 0 && dense(m.row_stride, m.col_stride, rows(), cols())) slots.push_back(m.slot);
  return slots;
}

int ChainBuilder::value_at(const RecordedSlot& slot) const {
  for (const Memory& m : state_.memory)
    if (m.slot.storage == slot.storage && m.slot.offset == slot.offset) return m.step;
  return -1;
}

bool ChainBuilder::seen_outside(int storage, std::span<const int> besides) const {
  if (!graph_.temporary(storage)) return true;
  const auto is_in = [](int i, std::span<const int> list) { return std::find(list.begin(), list.end(), i) != list.end(); };
  return std::any_of(graph_.uses(storage).begin(), graph_.uses(storage).end(), [&](const Use& use) {
    return use.access != Access::write && !is_in(use.launch, state_.members) && !is_in(use.launch, besides);
  });
}

ChainBuilder::Result ChainBuilder::finish(std::span<const int> besides) const {
  Result result{state_.args, {}};
  kernels::ChainArgs& args = result.args;
  const auto field = [&](const void* p) {
    return std::uint32_t(static_cast<const std::byte*>(p) - reinterpret_cast<const std::byte*>(&args));
  };
  for (const Memory& m : state_.memory) {
    const bool stored = m.step >= 0 && seen_outside(m.slot.storage, besides);
    if (m.operand < 0 && !stored) continue;
    const int k = m.operand >= 0 ? m.operand : args.operands++;
    args.operand[k] = {nullptr, m.row_stride, m.col_stride, m.dtype};
    if (stored) args.step[m.step].out = std::int8_t(k);
    result.slots.push_back({field(&args.operand[k].data), m.slot.storage, m.slot.offset,
                            !stored ? Access::read : m.operand < 0 ? Access::write : Access::update});
  }
  for (std::size_t s = 0; s < state_.masks.size(); ++s)
    if (state_.masks[s].storage >= 0)
      result.slots.push_back({field(&args.step[s].mask), state_.masks[s].storage, state_.masks[s].offset,
                              args.step[s].kind == kernels::ChainOp::draw ? Access::write : Access::read});
  return result;
}

}  // namespace lepton::detail
