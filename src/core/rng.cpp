// The default generator of each thread.
#include "lepton/core/rng.hpp"

namespace lepton {

Generator& default_generator() {
  static thread_local Generator generator;
  return generator;
}

void manual_seed(std::uint64_t seed) { default_generator().set_seed(seed); }

}  // namespace lepton
