// Bags of rows: checks of ids and offsets, and the choice between the builds. Compiled once.
#include "kernels/cpu/embedding.hpp"

#include <string>

#include "kernels/cpu/dispatch.hpp"
#include "lepton/core/error.hpp"

namespace lepton::kernels::cpu {
namespace {

void check(const Bags& bags, const char* op) {
  for (std::int64_t i = 0; i < bags.count; ++i)
    if (bags.ids[i] < 0 || bags.ids[i] >= bags.rows) [[unlikely]]
      throw Error(op, "id " + std::to_string(bags.ids[i]) + " at place " + std::to_string(i) +
                          " is outside [0, " + std::to_string(bags.rows) + ")");
  for (std::int64_t b = 0; bags.offsets && b < bags.bags; ++b)
    if (bags.offsets[b] < (b == 0 ? 0 : bags.offsets[b - 1]) || bags.offsets[b] > bags.count ||
        (b == 0 && bags.offsets[0] != 0)) [[unlikely]]
      throw Error(op, "offset " + std::to_string(bags.offsets[b]) + " of bag " + std::to_string(b) +
                          " is out of order; they go from 0 to " + std::to_string(bags.count));
}

}  // namespace

void embedding_bag(const EmbeddingBagArgs& args, Stream) {
  check(args.bags, args.op);
  LEPTON_FOR_ISA(embedding_bag)(args);
}
void embedding_bag_grad(const EmbeddingBagGradArgs& args, Stream) {
  LEPTON_FOR_ISA(embedding_bag_grad)(args);
}

}  // namespace lepton::kernels::cpu
