// Chains and what runs before them as one kernel: the choice between instruction sets, and the sizes of scratch.
#include "kernels/cpu/chain.hpp"

#include "kernels/cpu/chain_finish.hpp"
#include "kernels/cpu/dispatch.hpp"
#include "kernels/cpu/reduce_shards.hpp"
#include "kernels/fused.hpp"

namespace lepton::kernels::cpu {
namespace {

/// A chain as the epilogue of a product.
class ChainEpilogue {
 public:
  explicit ChainEpilogue(const ChainArgs& args) { LEPTON_FOR_ISA(bind_chain)(args, program_); }
  /// Of a result with so many columns, f32 or f64.
  ChainEpilogue(const ChainArgs& args, const void* result, std::int64_t columns) : ChainEpilogue(args) {
    is_finish_ = finish_of(args, result, columns, finish_);
  }
  ChainEpilogue(const ChainEpilogue&) = delete;
  ChainEpilogue& operator=(const ChainEpilogue&) = delete;
  Epilogue epilogue() const { return {run, &program_, is_finish_ ? &finish_ : nullptr}; }

 private:
  static void run(const void* program, std::int64_t row0, std::int64_t row1, std::int64_t col0,
                  std::int64_t col1) {
    LEPTON_FOR_ISA(run_chain_block)(*static_cast<const ChainProgram*>(program), row0, row1, col0, col1);
  }
  ChainProgram program_;
  Finish finish_;
  bool is_finish_ = false;
};

}  // namespace

void chain(const ChainArgs& args, Stream) {
  ChainProgram program;
  LEPTON_FOR_ISA(bind_chain)(args, program);
  LEPTON_FOR_ISA(run_chain)(program);
}

void chain_block(const ChainArgs& args, std::int64_t row0, std::int64_t row1, std::int64_t col0,
                 std::int64_t col1) {
  const ChainEpilogue chain(args);
  chain.epilogue()(row0, row1, col0, col1);
}

std::size_t chain_scratch(const ChainArgs& args) {
  // A single column is run as a single row, and its sums over columns as sums over rows.
  const bool turned = args.cols == 1 && args.rows != 1;
  if (args.reductions == 0 || args.axis != (turned ? ChainAxis::cols : ChainAxis::rows)) return 0;
  const std::int64_t rows = turned ? 1 : args.rows, cols = turned ? args.rows : args.cols;
  // Each part has totals and sums of a group of rows.
  const std::int64_t sums = column_parts(1, rows, cols) * args.reductions * chain_sum_pitch(cols);
  return 2 * std::size_t(sums) * sizeof(double);
}

bool chain_has_blocks(const ChainArgs& args) {
  if (args.reductions > 0) return false;
  for (int i = 0; i < args.steps; ++i)
    if (args.step[i].kind == ChainOp::draw || args.step[i].kind == ChainOp::mask) return args.cols % 8 == 0;
  return true;
}

void matmul_chain(const MatmulChainArgs& args, Stream) {
  const ChainEpilogue chain(args.chain);
  matmul(args.product, chain.epilogue());
}

void conv2d_chain(const ConvChainArgs& args, Stream) {
  const ChainEpilogue chain(args.chain, args.conv.y, conv_shape(args.conv.plan).oc);
  conv2d(args.conv, chain.epilogue());
}

void conv2d_input_grad_chain(const ConvInputGradChainArgs& args, Stream) {
  const ChainEpilogue chain(args.chain, args.conv.dx, conv_shape(args.conv.plan).ic);
  conv2d_input_grad(args.conv, chain.epilogue());
}

}  // namespace lepton::kernels::cpu
