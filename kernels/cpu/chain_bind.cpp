// Makes a chain ready to run: functions, tile buffers, and what can be read and written where it lies.
// Compiled once for each instruction set.
#include "kernels/cpu/chain.hpp"
#include "kernels/cpu/isa.hpp"
#include "lepton/ops/formula/binary.hpp"
#include "lepton/ops/formula/unary.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

LEPTON_INLINE DType type_of(const ChainArgs& args, int value) {
  if (value < kChainOperands) return args.operand[value].dtype;
  const ChainStep& step = args.step[value - kChainOperands];
  return step.kind == ChainOp::comparison ? DType::boolean : step.dtype;
}

/// Inputs that a step of this kind has.
LEPTON_INLINE int input_count(ChainOp kind) {
  constexpr int kCount[] = {1, 2, 2, 2, 3, 1, 1, 1, 0};
  return kCount[int(kind)];
}

/// About what an element takes.
LEPTON_INLINE std::int64_t picoseconds_of(const ChainStep& step) {
  const bool wide = step.dtype == DType::f64;
  switch (step.kind) {
    case ChainOp::formula:
    case ChainOp::gradient: return wide ? 2000 : 150;
    case ChainOp::draw: return 350;
    case ChainOp::mask: return 100;
    default: return wide ? 80 : 40;
  }
}

/// Gives out tile buffers, the lowest first: those are in the nearest cache. A buffer holds elements of one size.
class Buffers {
 public:
  LEPTON_INLINE explicit Buffers(ChainProgram& program) : p_(program) { p_.buffers = 0; }
  LEPTON_INLINE std::int8_t take(std::size_t size) {
    std::uint32_t& free = free_[size >> 2];
    if (free == 0) {
      p_.buffer_size[p_.buffers] = std::uint8_t(size);
      return std::int8_t(p_.buffers++);
    }
    const int i = __builtin_ctz(free);
    free &= ~(1u << i);
    return std::int8_t(i);
  }
  LEPTON_INLINE void give(int i) { free_[p_.buffer_size[i] >> 2] |= 1u << i; }

 private:
  ChainProgram& p_;
  std::uint32_t free_[3] = {0, 0, 0};  // of 1, 4 and 8 bytes
};
static_assert(kChainBuffers <= 32);

constexpr std::int8_t place_of_buffer(int buffer) { return std::int8_t(kChainOperands + buffer); }

constexpr std::uint8_t kMul = index_of<op::Mul, op::BinaryOps>, kAdd = index_of<op::Add, op::BinaryOps>;
constexpr std::uint8_t kRelu = index_of<op::Relu, op::UnaryOps>, kRelu6 = index_of<op::Relu6, op::UnaryOps>;

class Binder {
 public:
  Binder(const ChainArgs& args, ChainProgram& program) : args_(args), p_(program), buffers_(program) {}

  void bind() {
    space();
    operands();
    last_uses();
    lasting_buffers();
    for (int i = 0; i < args_.steps;) i += is_product_sum(i) ? product_sum(i) : step(i);
    reductions();
  }

 private:
  /// The index space; a single column becomes a single row.
  void space() {
    p_.turned = args_.cols == 1 && args_.rows != 1;
    p_.rows = p_.turned ? 1 : args_.rows;
    p_.cols = p_.turned ? args_.rows : args_.cols;
    p_.axis = args_.axis;
    if (p_.turned && args_.axis != ChainAxis::all)
      p_.axis = args_.axis == ChainAxis::rows ? ChainAxis::cols : ChainAxis::rows;
    p_.scratch = args_.scratch;
    p_.tasks = p_.constants = p_.stores = 0;
    p_.operands = args_.operands;
    p_.draws = false;
    p_.picoseconds = 0;
    p_.tile_elements = kChainTileBytes / 4;
  }

  void operands() {
    p_.flat = args_.reductions == 0 || p_.axis == ChainAxis::all;
    for (int i = 0; i < args_.operands; ++i) {
      const ChainOperand& from = args_.operand[i];
      ChainBoundOperand& o = p_.operand[i];
      const std::int64_t row = p_.turned ? 0 : from.row_stride,
                         col = p_.turned ? from.row_stride : from.col_stride;
      o.data = static_cast<char*>(from.data);
      o.size = std::uint8_t(size_of(from.dtype));
      o.row_stride = row * o.size;
      o.col_stride = col * o.size;
      o.access = col == 1               ? ChainAccess::direct
                 : row == 0 && col == 0 ? ChainAccess::uniform
                                        : ChainAccess::gathered;
      o.buffer = -1;
      o.used = false;
      if (p_.rows > 1 && row != p_.cols * col) p_.flat = false;
      if (o.size == 8) p_.tile_elements = kChainTileBytes / 8;
    }
  }

  void last_uses() {
    for (int i = 0; i < args_.steps; ++i) last_use_[i] = i;
    for (int i = 0; i < args_.steps; ++i) {
      const ChainStep& s = args_.step[i];
      for (int k = 0; k < input_count(s.kind); ++k)
        if (s.in[k] >= kChainOperands) last_use_[s.in[k] - kChainOperands] = i;
    }
    for (int k = 0; k < args_.reductions; ++k)
      last_use_[args_.reduction[k].value - kChainOperands] = kChainSteps;
  }

  static bool is_lasting(const ChainStep& s) { return s.kind == ChainOp::constant && s.out < 0; }

  /// Buffers of what is brought there before the steps of a tile run: operands and constants.
  void lasting_buffers() {
    for (int i = 0; i < args_.steps; ++i) {
      const ChainStep& s = args_.step[i];
      if (is_lasting(s)) {
        place_[i] = place_of_buffer(buffers_.take(size_of(s.dtype)));
        last_use_[i] = kChainSteps;
      }
      for (int k = 0; k < input_count(s.kind); ++k) {
        if (s.in[k] >= kChainOperands) continue;
        ChainBoundOperand& o = p_.operand[s.in[k]];
        if (!o.used && o.access != ChainAccess::direct) o.buffer = buffers_.take(o.size);
        o.used = true;
      }
    }
  }

  std::int8_t place_of(int value) const {
    return value < kChainOperands ? std::int8_t(value) : place_[value - kChainOperands];
  }

  /// Buffers whose last reader is step i.
  void give_back(int i) {
    const ChainStep& s = args_.step[i];
    for (int k = 0; k < input_count(s.kind); ++k) {
      const int from = s.in[k] - kChainOperands;
      if (from < 0 || last_use_[from] != i || place_[from] < kChainOperands) continue;
      buffers_.give(place_[from] - kChainOperands);
      last_use_[from] = -1;  // not twice, where two inputs are the same
    }
  }

  /// Whether a later step reads the memory that the result of step i is stored to.
  bool is_read_later(int i) const {
    const void* const data = args_.operand[args_.step[i].out].data;
    for (int later = i + 1; later < args_.steps; ++later) {
      const ChainStep& s = args_.step[later];
      for (int k = 0; k < input_count(s.kind); ++k)
        if (s.in[k] < kChainOperands && args_.operand[s.in[k]].data == data) return true;
    }
    return false;
  }

  /// Whether step `reader`, the next one, alone sees what step i gives.
  bool is_inner(int i, int reader) const {
    return args_.step[i].out < 0 && last_use_[i] == reader && reader == i + 1 &&
           args_.step[i].dtype == args_.step[reader].dtype;
  }

  /// Whether step i is a product, and the next one adds to it.
  bool is_product_sum(int i) const {
    const ChainStep& a = args_.step[i];
    if (i + 1 == args_.steps || a.kind != ChainOp::pair || a.op != kMul || !is_inner(i, i + 1)) return false;
    const ChainStep& b = args_.step[i + 1];
    const std::int8_t product = chain_result(i);
    return b.kind == ChainOp::pair && b.op == kAdd && (b.in[0] == product) != (b.in[1] == product);
  }

  /// Steps i and i + 1, and an activation behind them, as one task; how many there are.
  int product_sum(int i) {
    const ChainStep &a = args_.step[i], &b = args_.step[i + 1];
    After after = After::nothing;
    if (i + 2 < args_.steps && is_inner(i + 1, i + 2) && args_.step[i + 2].kind == ChainOp::formula) {
      if (args_.step[i + 2].op == kRelu) after = After::relu;
      if (args_.step[i + 2].op == kRelu6) after = After::relu6;
    }
    const int count = after == After::nothing ? 2 : 3, last = i + count - 1;
    ChainTask& task = p_.task[p_.tasks++];
    task.step = &args_.step[last];
    task.run = chain_product_sum(a.dtype, after);
    task.in[0] = place_of(a.in[0]), task.in[1] = place_of(a.in[1]);
    task.in[2] = place_of(b.in[b.in[0] == chain_result(i)]);
    if (a.dtype == DType::f64) p_.tile_elements = kChainTileBytes / 8;
    for (int k = i; k <= last; ++k) p_.picoseconds += picoseconds_of(args_.step[k]);
    for (int k = i; k < last; ++k) {
      place_[k] = 0;  // no buffer
      give_back(k);
    }
    place_result(last);
    task.out = place_[last];
    return count;
  }

  int step(int i) {
    const ChainStep& s = args_.step[i];
    ChainTask& task = is_lasting(s) ? p_.constant[p_.constants++] : p_.task[p_.tasks++];
    task.step = &s;
    const int inputs = input_count(s.kind);
    task.run = chain_function(s, inputs == 0 ? s.dtype : type_of(args_, s.in[0]));
    for (int k = 0; k < inputs; ++k) task.in[k] = place_of(s.in[k]);
    if (s.dtype == DType::f64) p_.tile_elements = kChainTileBytes / 8;
    p_.draws = p_.draws || s.kind == ChainOp::draw;
    p_.picoseconds += picoseconds_of(s);
    if (!is_lasting(s)) place_result(i);
    task.out = place_[i];
    return 1;
  }

  /// Where the result of step i goes. It may take the place of an input, lane by lane: another size has buffers of
  /// its own.
  void place_result(int i) {
    const ChainStep& s = args_.step[i];
    give_back(i);
    const bool direct = s.out >= 0 && !is_read_later(i);
    place_[i] = direct ? s.out : place_of_buffer(buffers_.take(size_of(type_of(args_, chain_result(i)))));
    if (s.out >= 0) p_.operand[s.out].used = true;
    if (s.out >= 0 && !direct) {
      p_.store[p_.stores++] = {place_[i], s.out};
      last_use_[i] = kChainSteps;
    }
    if (last_use_[i] == i && !direct) buffers_.give(place_[i] - kChainOperands);  // nobody reads it
  }

  void reductions() {
    p_.reductions = args_.reductions;
    for (int k = 0; k < args_.reductions; ++k) {
      const ChainReduction& from = args_.reduction[k];
      p_.reduction[k] = {from.y, place_[from.value - kChainOperands],
                         type_of(args_, from.value) == DType::f64, from.kind == Reduction::mean};
      p_.picoseconds += 50;
    }
    for (int i = 0; i < p_.operands; ++i)
      if (p_.operand[i].access == ChainAccess::direct) p_.picoseconds += 10 * p_.operand[i].size;
  }

  const ChainArgs& args_;
  ChainProgram& p_;
  Buffers buffers_;
  int last_use_[kChainSteps];
  std::int8_t place_[kChainSteps];
};

}  // namespace

void bind_chain(const ChainArgs& args, ChainProgram& program) { Binder(args, program).bind(); }

}  // namespace lepton::kernels::cpu::LEPTON_ISA
