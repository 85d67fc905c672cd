// Rearranging: cutting, repeating, turning. Padding and diagonals are in pad.cpp and diagonal.cpp.
#include "lepton/ops/arrange.hpp"

#include <algorithm>

#include "lepton/ops/index.hpp"
#include "src/ops/axis_view.hpp"
#include "src/ops/places.hpp"

namespace lepton {

using detail::checked_axis;

std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& sizes, std::int64_t axis) {
  const int a = checked_axis(x, axis, "split");
  std::vector<Tensor> parts;
  std::int64_t start = 0;
  for (const std::int64_t size : sizes) {
    parts.push_back(slice(x, a, start, start + size));
    start += size;
  }
  if (start != x.shape()[a] || std::any_of(sizes.begin(), sizes.end(), [](std::int64_t n) { return n < 0; }))
    throw Error("split", "sizes add up to " + std::to_string(start) + ", not to the " +
                             std::to_string(x.shape()[a]) + " of axis " + std::to_string(a) + " of " +
                             to_string(x.shape()));
  return parts;
}

std::vector<Tensor> split(const Tensor& x, std::int64_t size, std::int64_t axis) {
  const int a = checked_axis(x, axis, "split");
  if (size < 1) throw Error("split", "pieces have at least one element, not " + std::to_string(size));
  std::vector<Tensor> parts;
  const std::int64_t n = x.shape()[a];
  if (n == 0) return {x};
  for (std::int64_t start = 0; start < n; start += size)
    parts.push_back(slice(x, a, start, std::min(start + size, n)));
  return parts;
}

std::vector<Tensor> chunk(const Tensor& x, std::int64_t count, std::int64_t axis) {
  const int a = checked_axis(x, axis, "chunk");
  if (count < 1) throw Error("chunk", "needs at least one piece, not " + std::to_string(count));
  return split(x, std::max<std::int64_t>(1, (x.shape()[a] + count - 1) / count), a);
}

std::vector<Tensor> tensor_split(const Tensor& x, std::int64_t count, std::int64_t axis) {
  const int a = checked_axis(x, axis, "tensor_split");
  if (count < 1) throw Error("tensor_split", "needs at least one piece, not " + std::to_string(count));
  const std::int64_t n = x.size(a);
  std::vector<std::int64_t> sizes;
  for (std::int64_t i = 0; i < count; ++i) sizes.push_back(n / count + (i < n % count));
  return split(x, sizes, a);
}

Tensor unflatten(const Tensor& x, std::int64_t axis, const Shape& sizes) {
  const int a = checked_axis(x, axis, "unflatten");
  Shape shape = x.shape(), part = sizes;
  std::int64_t known = 1, open = -1;
  for (int i = 0; i < part.rank(); ++i)
    if (part[i] == -1 && open < 0) open = i;
    else known *= part[i];
  if (open >= 0 && known > 0) part[int(open)] = x.size(a) / known;
  if (part.rank() == 0 || part.numel() != x.size(a))
    throw Error("unflatten", to_string(sizes) + " does not make up the " + std::to_string(x.size(a)) +
                                 " of axis " + std::to_string(a) + " of " + to_string(x.shape()));
  shape.erase(a);
  for (int i = 0; i < part.rank(); ++i) shape.insert(a + i, part[i]);
  return reshape(x, shape);
}

std::vector<Tensor> unbind(const Tensor& x, std::int64_t axis) {
  const int a = checked_axis(x, axis, "unbind");
  std::vector<Tensor> parts;
  for (std::int64_t i = 0; i < x.shape()[a]; ++i) parts.push_back(x.select(a, i));
  return parts;
}

Tensor roll(const Tensor& x, std::int64_t shift, std::int64_t axis) {
  const int a = checked_axis(x, axis, "roll");
  const std::int64_t n = x.shape()[a];
  if (n == 0) return x;
  const std::int64_t cut = ((-shift) % n + n) % n;
  return cut == 0 ? x : cat({slice(x, a, cut, n), slice(x, a, 0, cut)}, a);
}

Tensor flip(const Tensor& x, const Dims& axes) {
  Tensor y = x;
  for (const std::int64_t axis : axes) {
    const int a = checked_axis(x, axis, "flip");
    const std::int64_t n = x.shape()[a];
    y = index_select(y, a,
                     detail::places(
                         n, [n](std::int64_t i) { return n - 1 - i; }, x.device()));
  }
  return y;
}

Tensor rot90(const Tensor& x, std::int64_t quarters, std::int64_t from, std::int64_t to) {
  const int a = checked_axis(x, from, "rot90"), b = checked_axis(x, to, "rot90");
  if (a == b) throw Error("rot90", "needs two axes of " + to_string(x.shape()) + ", not one twice");
  switch ((quarters % 4 + 4) % 4) {
    case 1: return flip(x, {b}).transpose(a, b);
    case 2: return flip(x, {a, b});
    case 3: return flip(x.transpose(a, b), {b});
    default: return x;
  }
}

Tensor tile(const Tensor& x, const Dims& times) {
  Tensor y = x;
  while (y.rank() < times.rank()) y = y.unsqueeze(0);
  const int lead = y.rank() - times.rank();
  for (int i = 0; i < times.rank(); ++i) {
    if (times[i] < 0) throw Error("tile", "negative factor in " + to_string(times));
    const int axis = lead + i;
    Shape shape = y.shape(), twice = y.shape();
    shape[axis] *= times[i];
    twice.insert(axis, times[i]);
    y = reshape(expand(y.unsqueeze(axis), twice), shape);
  }
  return y;
}

Tensor repeat_interleave(const Tensor& x, std::int64_t times, std::int64_t axis) {
  const int a = checked_axis(x, axis, "repeat_interleave");
  if (times < 0) throw Error("repeat_interleave", "negative factor " + std::to_string(times));
  Shape shape = x.shape(), twice = x.shape();
  shape[a] *= times;
  twice.insert(a + 1, times);
  return reshape(expand(x.unsqueeze(a + 1), twice), shape);
}

Tensor moveaxis(const Tensor& x, std::int64_t from, std::int64_t to) {
  const int a = checked_axis(x, from, "moveaxis"), b = checked_axis(x, to, "moveaxis");
  Dims order;
  for (int i = 0; i < x.rank(); ++i)
    if (i != a) order.push_back(i);
  order.insert(b, a);
  return permute(x, order);
}

std::vector<Tensor> meshgrid(const std::vector<Tensor>& axes) {
  Shape all;
  for (const Tensor& t : axes) {
    if (t.rank() != 1) throw Error("meshgrid", "takes 1-D tensors, not " + to_string(t.shape()));
    all.push_back(t.numel());
  }
  std::vector<Tensor> grid;
  for (int i = 0; i < all.rank(); ++i) {
    Shape own = all;
    for (int k = 0; k < all.rank(); ++k) own[k] = k == i ? all[i] : 1;
    grid.push_back(expand(reshape(axes[std::size_t(i)], own), all));
  }
  return grid;
}

}  // namespace lepton
