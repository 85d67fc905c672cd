// Resampling along an axis, composed. Places are computed in doubles by ops, so that captured steps need nothing from
// the host.
#include "src/ops/resample.hpp"

#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/index.hpp"
#include "lepton/tensor/factory.hpp"

namespace lepton::detail {

Tensor divided_down(const Tensor& v, double by) { return cast(cast((v + 0.5) / by, i64), f64); }

Tensor resample(const Tensor& x, int axis, const std::vector<Tap>& taps) {
  Shape along;
  for (int i = axis; i < x.rank(); ++i) along.push_back(i == axis ? taps[0].index.numel() : 1);
  Tensor y;
  for (const Tap& tap : taps) {
    Tensor part = index_select(x, axis, tap.index);
    if (tap.weight.defined()) part = part * cast(tap.weight, x.dtype()).reshape(along);
    y = y.defined() ? y + part : part;
  }
  return y;
}

AdaptiveWindows adaptive_windows(std::int64_t n, std::int64_t size, Device device) {
  const Tensor i = arange(0, double(size), 1, {.dtype = f64, .device = device});
  return {divided_down(i * double(n), double(size)),
          divided_down((i + 1) * double(n) + double(size - 1), double(size)),
          n % size == 0 ? n / size : (n + size - 1) / size + 1};
}

}  // namespace lepton::detail
