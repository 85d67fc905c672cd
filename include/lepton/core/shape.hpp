// Shapes and strides: up to eight sizes held in place, without an allocation.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

#include "lepton/core/export.hpp"

namespace lepton {

inline constexpr int kMaxRank = 8;

/// A list of up to eight `int64_t`: sizes of a tensor's axes, or its strides in elements.
class Dims {
 public:
  Dims() {}  // not defaulted, so that a constant may be made without sizes
  Dims(std::initializer_list<std::int64_t> sizes) : Dims(std::span(sizes.begin(), sizes.size())) {}
  /// Throws where there are more than eight.
  LEPTON_API explicit Dims(std::span<const std::int64_t> sizes);

  int rank() const { return rank_; }
  std::int64_t operator[](int axis) const { return sizes_[std::size_t(axis)]; }
  std::int64_t& operator[](int axis) { return sizes_[std::size_t(axis)]; }
  std::int64_t back() const { return sizes_[std::size_t(rank_ - 1)]; }
  const std::int64_t* begin() const { return sizes_.data(); }
  const std::int64_t* end() const { return sizes_.data() + rank_; }

  /// Appends a size; throws beyond eight.
  void push_back(std::int64_t size) {
    if (rank_ == kMaxRank) throw_rank();
    sizes_[std::size_t(rank_++)] = size;
  }
  LEPTON_API void insert(int axis, std::int64_t size);
  LEPTON_API void erase(int axis);

  /// Product of all sizes; 1 for a scalar's shape `[]`.
  std::int64_t numel() const {
    std::int64_t n = 1;
    for (int i = 0; i < rank_; ++i) n *= sizes_[std::size_t(i)];
    return n;
  }

  friend bool operator==(const Dims& a, const Dims& b) {
    if (a.rank_ != b.rank_) return false;
    for (int i = 0; i < a.rank_; ++i)
      if (a[i] != b[i]) return false;
    return true;
  }

 private:
  [[noreturn]] LEPTON_API static void throw_rank();
  std::array<std::int64_t, kMaxRank> sizes_;  // only the first rank_ are meaningful
  std::int32_t rank_ = 0;
};

using Shape = Dims;
using Strides = Dims;

/// "[32, 3, 64, 64]"
LEPTON_API std::string to_string(const Dims& dims);

/// Strides of a contiguous (row-major) tensor of this shape.
LEPTON_API Strides contiguous_strides(const Shape& shape);

/// Strides of an `[N, C, H, W]` tensor whose channels lie innermost in memory.
LEPTON_API Strides channels_last_strides(const Shape& shape);

/// The shape that `a` and `b` broadcast to (aligned at the last axis, 1 stretches); throws naming `op`.
LEPTON_API Shape broadcast(const Shape& a, const Shape& b, const char* op);

/// An axis counted from the end if negative, checked against `rank`; throws naming `op`.
LEPTON_API int normalize_axis(std::int64_t axis, int rank, const char* op);

}  // namespace lepton
