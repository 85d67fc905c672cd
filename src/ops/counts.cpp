// Counting, and places in an order.
#include <bit>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/gather.hpp"
#include "lepton/ops/logic.hpp"
#include "lepton/ops/maths.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/ops/statistics.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/ops/host.hpp"
#include "src/tensor/make.hpp"

namespace lepton {
namespace {

/// Steps of halving sizes: each is taken where the last element that it passes stands before the value.
Tensor places_in(const Tensor& sorted, const Tensor& values, Side side) {
  const NoGrad no_grad;
  const std::int64_t n = sorted.size(-1);
  const TensorOptions places{.dtype = i64, .device = values.device()};
  const Tensor limit = full({}, double(n - 1), places);
  Tensor place = zeros(values.shape(), places);
  for (std::int64_t step = n ? std::int64_t(std::bit_floor(std::uint64_t(n))) : 0; step > 0; step /= 2) {
    const Tensor last = place + double(step - 1), within = minimum(last, limit);
    const Tensor element = sorted.rank() == 1 ? take(sorted, within) : gather(sorted, -1, within);
    const Tensor stays = side == Side::left ? element >= values : element > values;
    place = place + cast(logical_and(last <= limit, logical_not(stays)), i64) * double(step);
  }
  return place;
}

}  // namespace

Tensor searchsorted(const Tensor& sorted, const Tensor& values, Side side) {
  bool fits = sorted.rank() == 1 || (sorted.rank() > 1 && sorted.rank() == values.rank());
  for (int i = 0; fits && sorted.rank() > 1 && i + 1 < sorted.rank(); ++i)
    fits = sorted.size(i) == values.size(i);
  if (!fits)
    throw Error("searchsorted",
                "values " + to_string(values.shape()) + " do not fit " + to_string(sorted.shape()));
  return places_in(sorted.detach(), values.detach(), side);
}

Tensor bucketize(const Tensor& values, const Tensor& boundaries, Side side) {
  if (boundaries.rank() != 1)
    throw Error("bucketize", "boundaries are a vector, not " + to_string(boundaries.shape()));
  return searchsorted(boundaries, values, side);
}

Tensor count_nonzero(const Tensor& x, const Dims& axes, KeepDim keep) {
  const Tensor set = cast(x.detach(), boolean);
  return axes.rank() ? sum(set, axes, keep) : sum(set);
}

Tensor histogram(const Tensor& x, std::int64_t bins, double low, double high) {
  if (bins < 1 || !(low < high))
    throw Error("histogram", "needs at least one bin and low < high, got " + std::to_string(bins) + ", " +
                                 std::to_string(low) + " and " + std::to_string(high));
  detail::require_computable(x, "histogram");
  const NoGrad no_grad;
  const Tensor flat = reshape(x.detach(), {-1});
  const Tensor counts = logical_and(flat >= low, flat <= high);
  const Tensor share = (where(counts, flat, full_like(flat, low)) - low) / (high - low) * double(bins);
  const Tensor place = cast(clamp(floor(share), 0, double(bins - 1)), i64);
  return scatter_add(zeros({bins}, {.dtype = x.dtype(), .device = x.device()}), 0, place,
                     cast(counts, x.dtype()));
}

Tensor bincount(const Tensor& x, const Tensor& weights, std::int64_t least) {
  detail::refuse_capture("bincount");
  if (x.rank() != 1 || x.dtype() != i64)
    throw Error("bincount",
                "takes a vector of i64, not " + to_string(x.shape()) + " " + std::string(name_of(x.dtype())));
  if (weights.defined() && weights.shape() != x.shape())
    throw Error("bincount", "weights " + to_string(weights.shape()) + " do not fit " + to_string(x.shape()));
  const std::int64_t largest = x.numel() ? std::int64_t(max(x).item()) : -1;
  if (x.numel() && min(x).item() < 0) throw Error("bincount", "counts numbers that are not negative");
  const Tensor each = weights.defined() ? weights : ones(x.shape(), {.dtype = i64, .device = x.device()});
  const Shape size{std::max(largest + 1, least)};
  return scatter_add(zeros(size, {.dtype = each.dtype(), .device = x.device()}), 0, x, each);
}

}  // namespace lepton
