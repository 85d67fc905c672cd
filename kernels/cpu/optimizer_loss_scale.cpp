// The end of a step with a loss scale.
#include <cmath>

#include "kernels/optimizer.hpp"

namespace lepton::kernels::cpu {

void loss_scale(const LossScaleArgs& args, Stream) {
  if (*args.found != 0) {
    *args.scale = float(double(*args.scale) * args.backoff);
    *args.good = 0;
  } else if (std::int64_t(*args.good) + 1 >= args.interval) {
    const float grown = float(double(*args.scale) * args.growth);
    if (std::isfinite(grown)) *args.scale = grown;
    *args.good = 0;
  } else {
    *args.good += 1;
  }
  *args.found = 0;
}

}  // namespace lepton::kernels::cpu
