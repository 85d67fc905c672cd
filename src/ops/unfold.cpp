// Windows as columns and back, axis by axis: rows are chosen by index, or added by index.
#include "lepton/ops/unfold.hpp"

#include "lepton/ops/arrange.hpp"
#include "lepton/ops/index.hpp"
#include "src/ops/index.hpp"
#include "src/ops/places.hpp"
#include "src/tensor/make.hpp"

namespace lepton {
namespace {

/// How windows lie on one axis of n elements, padded on either side.
struct Lay {
  std::int64_t n, kernel, stride, dilation, padding, windows;

  std::int64_t padded() const { return n + 2 * padding; }
  /// For each element of the kernel and each window the place in the padded axis: [kernel * windows].
  Tensor index(Device device) const {
    return detail::places(
        kernel * windows, [&](std::int64_t i) { return i / windows * dilation + i % windows * stride; },
        device);
  }
};

Lay lay(std::int64_t n, std::int64_t kernel, std::int64_t stride, std::int64_t dilation, std::int64_t padding,
        const char* op) {
  if (kernel < 1 || stride < 1 || dilation < 1 || padding < 0)
    throw Error(op, "kernel, stride and dilation must be at least 1, padding at least 0");
  const std::int64_t left = n + 2 * padding - dilation * (kernel - 1) - 1;
  if (left < 0) throw Error(op, "the kernel does not fit into an axis of " + std::to_string(n));
  return {n, kernel, stride, dilation, padding, left / stride + 1};
}
Lay rows_of(std::int64_t n, const UnfoldOptions& o, const char* op) {
  return lay(n, o.kernel.h, o.stride.h, o.dilation.h, o.padding.h, op);
}
Lay columns_of(std::int64_t n, const UnfoldOptions& o, const char* op) {
  return lay(n, o.kernel.w, o.stride.w, o.dilation.w, o.padding.w, op);
}

/// An axis of windows' elements added up where they came from, without the padding.
Tensor added_back(const Tensor& x, int axis, const Lay& lay) {
  const Tensor padded = detail::index_add(x, axis, lay.index(x.device()), lay.padded());
  return padded.slice(axis, lay.padding, lay.padding + lay.n);
}

}  // namespace

Tensor unfold(const Tensor& x, const UnfoldOptions& o) {
  constexpr auto kOp = "unfold";
  detail::require_computable(x, kOp);
  if (x.rank() != 4) throw Error(kOp, "needs [N, C, H, W], got " + to_string(x.shape()));
  const Lay rows = rows_of(x.size(2), o, kOp), columns = columns_of(x.size(3), o, kOp);
  const Tensor padded = pad(x, {{rows.padding, rows.padding}, {columns.padding, columns.padding}});
  const Tensor chosen =
      index_select(index_select(padded, 2, rows.index(x.device())), 3, columns.index(x.device()));
  const std::int64_t n = x.size(0), c = x.size(1);
  const Tensor apart = chosen.reshape({n, c, rows.kernel, rows.windows, columns.kernel, columns.windows});
  return permute(apart, {0, 1, 2, 4, 3, 5})
      .reshape({n, c * rows.kernel * columns.kernel, rows.windows * columns.windows});
}

Tensor fold(const Tensor& x, Pair size, const UnfoldOptions& o) {
  constexpr auto kOp = "fold";
  detail::require_computable(x, kOp);
  const Lay rows = rows_of(size.h, o, kOp), columns = columns_of(size.w, o, kOp);
  const std::int64_t elements = rows.kernel * columns.kernel, windows = rows.windows * columns.windows;
  if (x.rank() != 3 || x.size(1) % elements != 0 || x.size(2) != windows)
    throw Error(kOp, "needs [N, C * " + std::to_string(elements) + ", " + std::to_string(windows) +
                         "], got " + to_string(x.shape()));
  const std::int64_t n = x.size(0), c = x.size(1) / elements;
  const Tensor apart = x.reshape({n, c, rows.kernel, columns.kernel, rows.windows, columns.windows});
  const Tensor joined = permute(apart, {0, 1, 2, 4, 3, 5})
                            .reshape({n, c, rows.kernel * rows.windows, columns.kernel * columns.windows});
  return added_back(added_back(joined, 3, columns), 2, rows);
}

}  // namespace lepton
