// Writing by index, composed of indexing and scatter.
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/gather.hpp"
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/scan.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/ops/axis_view.hpp"

namespace lepton {
namespace {

Tensor written(const char* op, const Tensor& x, std::int64_t axis, const Tensor& index, const Tensor& source,
               bool add) {
  const int a = detail::checked_axis(x, axis, op);
  if (index.rank() != 1 || index.dtype() != i64)
    throw Error(op, "the index is a vector of i64, not " + to_string(index.shape()) + " " +
                        std::string(name_of(index.dtype())));
  std::vector<Index> at(static_cast<std::size_t>(a), Index(kAll));
  at.emplace_back(index);
  return index_put(x, at, source, add);
}

}  // namespace

Tensor take_along_dim(const Tensor& x, const Tensor& index, std::int64_t axis) {
  const int a = detail::checked_axis(x, axis, "take_along_dim");
  Shape other = index.shape();
  if (index.rank() != x.rank())
    throw Error("take_along_dim",
                "index " + to_string(other) + " and x " + to_string(x.shape()) + " need as many axes");
  other[a] = 1;
  Shape own = x.shape();
  own[a] = 1;
  Shape from = broadcast(own, other, "take_along_dim"), to = from;
  from[a] = x.size(a);
  to[a] = index.size(a);
  return gather(expand(x, from), a, expand(index, to).contiguous());
}

Tensor put(const Tensor& x, const Tensor& index, const Tensor& source, bool add) {
  const Tensor flat = reshape(x, {-1}), places = reshape(index, {-1}), values = reshape(source, {-1});
  return reshape(add ? scatter_add(flat, 0, places, values) : scatter(flat, 0, places, values), x.shape());
}

Tensor index_copy(const Tensor& x, std::int64_t axis, const Tensor& index, const Tensor& source) {
  return written("index_copy", x, axis, index, source, false);
}
Tensor index_add(const Tensor& x, std::int64_t axis, const Tensor& index, const Tensor& source,
                 double scale) {
  return written("index_add", x, axis, index, scale == 1 ? source : scale * source, true);
}
Tensor index_fill(const Tensor& x, std::int64_t axis, const Tensor& index, double value) {
  return written("index_fill", x, axis, index, full({}, value, {.dtype = x.dtype(), .device = x.device()}),
                 false);
}

Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& source) {
  if (broadcast(x.shape(), mask.shape(), "masked_scatter") != x.shape())
    throw Error("masked_scatter",
                "mask " + to_string(mask.shape()) + " does not fit " + to_string(x.shape()));
  if (source.numel() == 0) return x;
  const Tensor taken = reshape(expand(mask, x.shape()), {-1});
  // Where nothing is taken the number stays what it was before; in front of the first one it is 0 instead of -1.
  const Tensor number = maximum(cumsum(taken) - 1, zeros({}, {.dtype = i64, .device = x.device()}));
  return where(mask, reshape(take(source, number), x.shape()), x);
}

}  // namespace lepton
