// The separate kernels of a chain's steps, one after another.
#include "chain_case.hpp"

namespace lepton::test {
namespace {

using namespace kernels;

/// An operand as a dense array.
Bytes dense(const ChainArgs& args, const ChainOperand& o) {
  const std::size_t size = size_of(o.dtype);
  Bytes to(std::size_t(args.rows * args.cols) * size);
  for (std::int64_t r = 0; r < args.rows; ++r)
    for (std::int64_t c = 0; c < args.cols; ++c)
      std::memcpy(
          to.data() + std::size_t(r * args.cols + c) * size,
          static_cast<const std::uint8_t*>(o.data) + std::size_t(r * o.row_stride + c * o.col_stride) * size,
          size);
  return to;
}

Walk flat_walk(std::int64_t n) {
  Walk w{};
  w.rank = 1;
  w.size[0] = w.n = n;
  for (auto& stride : w.stride) stride[0] = 1;
  return w;
}

void run_step(ChainCase& c, int i, const std::uint8_t* const* in, void* y) {
  const ChainStep& s = c.args.step[i];
  const std::int64_t n = c.size();
  const DType from = s.kind == ChainOp::constant ? s.dtype : c.type_of(s.in[0]);
  switch (s.kind) {
    case ChainOp::formula: {
      UnaryArgs a{in[0], y, n, s.dtype, s.op, {}};
      std::memcpy(a.params, s.params, sizeof a.params);
      return cpu::unary(a, kCpuStream);
    }
    case ChainOp::gradient: {
      UnaryGradArgs a{in[0], in[1], y, n, s.dtype, s.op, {}};
      std::memcpy(a.params, s.params, sizeof a.params);
      return cpu::unary_grad(a, kCpuStream);
    }
    case ChainOp::pair: return cpu::binary({in[0], in[1], y, flat_walk(n), s.dtype, s.op}, kCpuStream);
    case ChainOp::comparison: return cpu::compare({in[0], in[1], y, flat_walk(n), from, s.op}, kCpuStream);
    case ChainOp::choice:
      return cpu::where({reinterpret_cast<const bool*>(in[0]), in[1], in[2], y, flat_walk(n),
                         std::uint8_t(size_of(s.dtype))},
                        kCpuStream);
    case ChainOp::draw:
      return cpu::dropout(
          {in[0], y, c.masks[std::size_t(i)].data(), s.place, n, s.number, s.keep_below, s.dtype},
          kCpuStream);
    case ChainOp::mask:
      return cpu::mask_scale({in[0], c.masks[std::size_t(i)].data(), y, n, s.number, s.dtype}, kCpuStream);
    case ChainOp::cast: return cpu::copy({in[0], y, flat_walk(n), from, s.dtype}, kCpuStream);
    case ChainOp::constant: {
      FillArgs a{y, n, 0, std::uint8_t(size_of(s.dtype))};
      const auto single = float(s.number);
      if (s.dtype == f32) std::memcpy(&a.bits, &single, sizeof single);
      else std::memcpy(&a.bits, &s.number, sizeof s.number);
      return cpu::fill(a, kCpuStream);
    }
  }
}

}  // namespace

void run_separately(ChainCase& c) {
  const FlushDenormals flush;
  std::vector<Bytes> values(kChainOperands + kChainSteps);
  for (int i = 0; i < c.args.operands; ++i) values[std::size_t(i)] = dense(c.args, c.args.operand[i]);
  for (int i = 0; i < c.args.steps; ++i) {
    const ChainStep& s = c.args.step[i];
    const std::uint8_t* in[3];
    for (int k = 0; k < 3; ++k) in[k] = s.in[k] < 0 ? nullptr : values[std::size_t(s.in[k])].data();
    Bytes& y = values[std::size_t(chain_result(i))];
    y.resize(std::size_t(c.size()) * size_of(c.type_of(chain_result(i))));
    run_step(c, i, in, y.data());
  }
  for (int i = 0; i < c.args.steps; ++i)
    if (c.args.step[i].out >= 0)
      *c.memory[std::size_t(c.args.step[i].out)] = values[std::size_t(chain_result(i))];
  c.place();
  for (int k = 0; k < c.args.reductions; ++k) {
    const ChainReduction& r = c.args.reduction[k];
    const std::int64_t rows = c.args.rows, cols = c.args.cols;
    const std::int64_t view[3][3] = {{1, rows * cols, 1}, {1, rows, cols}, {rows, cols, 1}};
    const auto& v = view[int(c.args.axis)];
    cpu::reduce({values[std::size_t(r.value)].data(), r.y, v[0], v[1], v[2], c.type_of(r.value), r.kind},
                kCpuStream);
  }
}

}  // namespace lepton::test
