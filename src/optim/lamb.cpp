// LAMB's last step: the length of each parameter's move.
#include "lepton/optim/lamb.hpp"

#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/tensor/factory.hpp"

namespace lepton::optim {

Tensor Lamb::moved(const Tensor& p, const Tensor& direction, const Tensor& lr, const void*) const {
  const Tensor size = sqrt(sum(square(p.detach()))), length = sqrt(sum(square(direction)));
  const Tensor ratio = where(minimum(size, length) > 0, size / length, ones_like(size));
  return p.detach() - direction * (lr * ratio);
}

}  // namespace lepton::optim
