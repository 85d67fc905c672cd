// Indexing as in NumPy and PyTorch: x.index({0, kEllipsis, Slice{1, 5}, ids}), to read and to write.
#pragma once

#include <initializer_list>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton {

/// Elements start, start + step, ... before stop, each counted from the end if negative. A negative step goes
/// backwards, by default from the last element to the first.
struct Slice {
  static constexpr std::int64_t kOpen = INT64_MIN;  ///< as far as it goes
  std::int64_t start = kOpen, stop = kOpen, step = 1;
};
/// A whole axis: Python's `:`.
inline constexpr Slice kAll{};

struct EllipsisTag {};
struct NewAxisTag {};
/// As many whole axes as are missing: Python's `...`.
inline constexpr EllipsisTag kEllipsis{};
/// An axis of size 1 here: Python's `None`.
inline constexpr NewAxisTag kNewAxis{};

/// What stands for an axis in an index.
class Index {
 public:
  enum class Kind : std::uint8_t { place, slice, ellipsis, new_axis, tensor };

  Index(std::int64_t place) : kind(Kind::place), slice{place, 0, 0} {}
  Index(int place) : Index(std::int64_t(place)) {}
  Index(Slice s) : kind(Kind::slice), slice(s) {}
  Index(EllipsisTag) : kind(Kind::ellipsis) {}
  Index(NewAxisTag) : kind(Kind::new_axis) {}
  /// Places (i64, negative ones count from the end), or a boolean mask over as many axes as it has.
  Index(Tensor t) : kind(Kind::tensor), tensor(std::move(t)) {}

  Kind kind;
  Slice slice{};  ///< `start` is the place
  Tensor tensor;
};

// Integers, slices, ellipsis and new axes give a view; a step below 0 and index tensors give a copy. Index tensors
// broadcast against each other; their axes stand where the first of them stood, or in front if others lie between. A
// mask is turned into places, so that the size depends on the data and a captured step refuses it. Throws for an index
// outside, also in a captured step.

/// The elements that `at` names.
LEPTON_API Tensor index(const Tensor& x, const std::vector<Index>& at);

/// x with `values`, which broadcast, at the places that `at` names; added to what is there if `add`. Of equal places
/// the last wins. The gradient flows to x and to the values.
LEPTON_API Tensor index_put(const Tensor& x, const std::vector<Index>& at, const Tensor& values,
                            bool add = false);

/// Where x is not 0: [K, rank] (i64), in row-major order. Its size depends on the data.
LEPTON_API Tensor nonzero(const Tensor& x);
/// The elements where `mask`, which broadcasts against x, holds: [K]. Its size depends on the data.
LEPTON_API Tensor masked_select(const Tensor& x, const Tensor& mask);

}  // namespace lepton
