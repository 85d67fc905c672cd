// Shapes: construction, printing, strides, broadcasting.
#include "lepton/core/shape.hpp"

#include <algorithm>

#include "lepton/core/error.hpp"

namespace lepton {

Dims::Dims(std::span<const std::int64_t> sizes) {
  if (sizes.size() > kMaxRank) throw_rank();
  std::copy(sizes.begin(), sizes.end(), sizes_.begin());
  rank_ = static_cast<std::int32_t>(sizes.size());
}

void Dims::throw_rank() { throw Error("shape", "a tensor has at most 8 axes"); }

void Dims::insert(int axis, std::int64_t size) {
  push_back(size);
  for (int i = rank_ - 1; i > axis; --i) (*this)[i] = (*this)[i - 1];
  (*this)[axis] = size;
}

void Dims::erase(int axis) {
  for (int i = axis; i + 1 < rank_; ++i) (*this)[i] = (*this)[i + 1];
  --rank_;
}

std::string to_string(const Dims& dims) {
  std::string s = "[";
  for (int i = 0; i < dims.rank(); ++i) s += (i ? ", " : "") + std::to_string(dims[i]);
  return s + "]";
}

Strides contiguous_strides(const Shape& shape) {
  Strides strides = shape;
  std::uint64_t step = 1;  // wraps for a shape that no memory could hold, which is refused where it is allocated
  for (int i = shape.rank() - 1; i >= 0; --i) {
    strides[i] = static_cast<std::int64_t>(step);
    step *= static_cast<std::uint64_t>(std::max<std::int64_t>(shape[i], 1));
  }
  return strides;
}

Strides channels_last_strides(const Shape& shape) {
  if (shape.rank() != 4) throw Error("channels_last", "needs [N, C, H, W], got " + to_string(shape));
  const std::int64_t c = shape[1], h = shape[2], w = shape[3];
  return {h * w * c, 1, w * c, c};
}

Shape broadcast(const Shape& a, const Shape& b, const char* op) {
  const int rank = std::max(a.rank(), b.rank());
  Shape out;
  for (int i = 0; i < rank; ++i) {
    const int ia = i - (rank - a.rank()), ib = i - (rank - b.rank());
    const std::int64_t x = ia < 0 ? 1 : a[ia], y = ib < 0 ? 1 : b[ib];
    if (x != y && x != 1 && y != 1)
      throw Error(op, "shapes do not broadcast: " + to_string(a) + " and " + to_string(b) + " differ at axis " +
                          std::to_string(i - rank));
    out.push_back(x == 1 ? y : x);
  }
  return out;
}

int normalize_axis(std::int64_t axis, int rank, const char* op) {
  const std::int64_t limit = std::max(rank, 1);
  if (axis < -limit || axis >= limit)
    throw Error(op, "axis " + std::to_string(axis) + " is out of range for a tensor with " + std::to_string(rank) +
                        " axes");
  return static_cast<int>(axis < 0 ? axis + limit : axis);
}

}  // namespace lepton
