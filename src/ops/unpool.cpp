// The way back from max pooling: a scatter in each channel.
#include "lepton/ops/unpool.hpp"

#include "lepton/ops/gather.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/ops/pool.hpp"

namespace lepton {
namespace {

Dims sizes_of(std::int64_t size) { return {size}; }
Dims sizes_of(Pair size) { return {size.h, size.w}; }
Dims sizes_of(Triple size) { return {size.d, size.h, size.w}; }

/// What an axis of `n` windows was before, as far as that is known.
std::int64_t size_before(std::int64_t n, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                         const char* op) {
  if (kernel < 1 || stride < 1 || padding < 0)
    throw Error(op, "needs a window and a stride of at least 1, and padding of at least 0");
  const std::int64_t size = (n - 1) * stride - 2 * padding + kernel;
  if (size < 0) throw Error(op, std::to_string(n) + " windows with so much padding have no size");
  return size;
}

/// Size: a number for each spatial axis.
template <class Size>
Tensor unpool(const Tensor& x, const Tensor& indices, Size kernel, Size stride, Size padding,
              const std::optional<Size>& size, const char* op) {
  const Dims k = sizes_of(kernel), s = sizes_of(detail::stride_or(stride, kernel)), p = sizes_of(padding);
  detail::check_pooled(x, k.rank() + 2, op);
  if (indices.shape() != x.shape() || indices.dtype() != i64)
    throw Error(op, "needs an index of type i64 for each element of " + to_string(x.shape()) + ", got " +
                        to_string(indices.shape()) + " " + std::string(name_of(indices.dtype())));
  Shape shape{x.size(0), x.size(1)};
  std::int64_t windows = 1, elements = 1;  // of a channel
  for (int i = 0; i < k.rank(); ++i) {
    const std::int64_t before = size_before(x.size(i + 2), k[i], s[i], p[i], op);
    shape.push_back(size ? sizes_of(*size)[i] : before);
    windows *= x.size(i + 2);
    elements *= shape.back();
  }
  const Shape flat{x.size(0), x.size(1), windows};
  const Tensor none = zeros({x.size(0), x.size(1), elements}, {.dtype = x.dtype(), .device = x.device()});
  return scatter(none, 2, indices.reshape(flat), x.reshape(flat)).reshape(shape);
}

}  // namespace

Tensor max_unpool1d(const Tensor& x, const Tensor& indices, std::int64_t kernel, std::int64_t stride,
                    std::int64_t padding, std::optional<std::int64_t> size) {
  return unpool(x, indices, kernel, stride, padding, size, "max_unpool1d");
}
Tensor max_unpool2d(const Tensor& x, const Tensor& indices, Pair kernel, Pair stride, Pair padding,
                    std::optional<Pair> size) {
  return unpool(x, indices, kernel, stride, padding, size, "max_unpool2d");
}
Tensor max_unpool3d(const Tensor& x, const Tensor& indices, Triple kernel, Triple stride, Triple padding,
                    std::optional<Triple> size) {
  return unpool(x, indices, kernel, stride, padding, size, "max_unpool3d");
}

}  // namespace lepton
