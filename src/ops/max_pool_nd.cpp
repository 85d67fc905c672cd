// Max pooling of sequences and volumes by that of pictures.
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/gather.hpp"
#include "lepton/ops/shape.hpp"
#include "src/ops/pool.hpp"
#include "src/ops/resample.hpp"

namespace lepton {
namespace {

/// Max pooling of volumes: in their planes, and then along the depth.
struct Volumes {
  Triple kernel, stride, padding, dilation;
  CeilMode ceil;

  Pair plane(Triple t) const { return {t.h, t.w}; }
  template <class F> auto in_planes(F&& pool, const Tensor& x) const {
    return pool(detail::planes(x), plane(kernel), plane(stride), plane(padding), plane(dilation), ceil);
  }
  template <class F> auto in_depth(F&& pool, const Tensor& columns) const {
    return pool(columns, {kernel.d, 1}, {stride.d, 1}, {padding.d, 0}, {dilation.d, 1}, ceil);
  }
  /// [N, C, OD, OH * OW] with the sizes of the planes that it was made from.
  Tensor whole(const Tensor& y, const Tensor& planes) const {
    return y.reshape({y.size(0), y.size(1), y.size(2), planes.size(2), planes.size(3)});
  }
};

}  // namespace

Tensor max_pool1d(const Tensor& x, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                  std::int64_t dilation, CeilMode ceil) {
  detail::check_pooled(x, 3, "max_pool1d");
  return max_pool2d(detail::as_row(x), {1, kernel}, {1, detail::stride_or(stride, kernel)}, {0, padding},
                    {1, dilation}, ceil)
      .squeeze(2);
}

std::pair<Tensor, Tensor> max_pool1d_with_indices(const Tensor& x, std::int64_t kernel, std::int64_t stride,
                                                  std::int64_t padding, std::int64_t dilation,
                                                  CeilMode ceil) {
  detail::check_pooled(x, 3, "max_pool1d");
  const auto [y, at] =
      max_pool2d_with_indices(detail::as_row(x), {1, kernel}, {1, detail::stride_or(stride, kernel)},
                              {0, padding}, {1, dilation}, ceil);
  return {y.squeeze(2), at.squeeze(2)};
}

Tensor max_pool3d(const Tensor& x, Triple kernel, Triple stride, Triple padding, Triple dilation,
                  CeilMode ceil) {
  detail::check_pooled(x, 5, "max_pool3d");
  const Volumes v{kernel, detail::stride_or(stride, kernel), padding, dilation, ceil};
  const Tensor slices = v.in_planes(max_pool2d, x);
  return v.whole(v.in_depth(max_pool2d, detail::columns(slices, x.size(0))), slices);
}

std::pair<Tensor, Tensor> max_pool3d_with_indices(const Tensor& x, Triple kernel, Triple stride,
                                                  Triple padding, Triple dilation, CeilMode ceil) {
  detail::check_pooled(x, 5, "max_pool3d");
  const Volumes v{kernel, detail::stride_or(stride, kernel), padding, dilation, ceil};
  const std::int64_t n = x.size(0), plane = x.size(3) * x.size(4);
  const auto [slices, in_plane] = v.in_planes(max_pool2d_with_indices, x);
  const auto [y, in_column] = v.in_depth(max_pool2d_with_indices, detail::columns(slices, n));
  const Tensor depth = detail::divided_down(cast(in_column, f64), double(slices.size(2) * slices.size(3)));
  const Tensor within = gather(detail::columns(in_plane, n), 2, cast(depth, i64));
  return {v.whole(y, slices), v.whole(within + cast(depth * double(plane), i64), slices)};
}

}  // namespace lepton
