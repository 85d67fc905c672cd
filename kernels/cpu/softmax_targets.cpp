// Checks the targets of a cross-entropy. Compiled once: it throws, which needs strings.
#include <string>

#include "kernels/cpu/softmax.hpp"
#include "lepton/core/error.hpp"

namespace lepton::kernels::cpu {

void check_targets(const std::int64_t* target, std::int64_t rows, std::int64_t n) {
  for (std::int64_t r = 0; r < rows; ++r)
    if (target[r] < 0 || target[r] >= n) [[unlikely]]
      throw Error("cross_entropy", "target " + std::to_string(target[r]) + " of row " + std::to_string(r) +
                                       " is outside [0, " + std::to_string(n) + ")");
}

}  // namespace lepton::kernels::cpu
