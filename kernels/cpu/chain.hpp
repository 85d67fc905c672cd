// The chains of each instruction set.
#pragma once

#include "kernels/cpu/chain_program.hpp"
#include "kernels/epilogue.hpp"

namespace lepton::kernels::cpu {

#define LEPTON_DECLARE_CHAIN(ISA)                                                                            \
  namespace ISA {                                                                                            \
  /* The function of a step whose first input is `from`. */                                                  \
  void (*chain_function(const ChainStep& step, DType from))(const ChainTask&, const ChainTile&);             \
  /* after(in[0] * in[1] + in[2]), each rounded: what follows a normalisation whose statistics are given. */       \
  void (*chain_product_sum(DType type, After after))(const ChainTask&, const ChainTile&);               \
  void dropout_tile(const ChainTask& task, const ChainTile& tile);                                           \
  void mask_scale_tile(const ChainTask& task, const ChainTile& tile);                                        \
  /* `args` must outlive the program. */                                                                     \
  void bind_chain(const ChainArgs& args, ChainProgram& program);                                             \
  void run_chain(const ChainProgram& program);                                                               \
  void run_chain_block(const ChainProgram& program, std::int64_t row0, std::int64_t row1, std::int64_t col0, \
                       std::int64_t col1);                                                                   \
  }
LEPTON_DECLARE_CHAIN(v3)
LEPTON_DECLARE_CHAIN(v4)
#undef LEPTON_DECLARE_CHAIN

}  // namespace lepton::kernels::cpu
