// Bags of rows, of each instruction set.
#pragma once

#include "kernels/embedding.hpp"

namespace lepton::kernels::cpu {

#define LEPTON_DECLARE_EMBEDDING(ISA)                        \
  namespace ISA {                                            \
  void embedding_bag(const EmbeddingBagArgs& args);          \
  void embedding_bag_grad(const EmbeddingBagGradArgs& args); \
  }
LEPTON_DECLARE_EMBEDDING(v3)
LEPTON_DECLARE_EMBEDDING(v4)
#undef LEPTON_DECLARE_EMBEDDING

}  // namespace lepton::kernels::cpu
