// Statistics beyond those of reduce.hpp: quantiles, what varies together, counts, places in an order.
#pragma once

#include <vector>

#include "lepton/ops/reduce.hpp"

namespace lepton {

/// What a quantile is that lies between two elements: between them by its place, the one before, the one behind, the
/// nearer, or halfway.
enum class Between : std::uint8_t { linear, lower, higher, nearest, midpoint };

/// The element at the share q (0 to 1) of the order along an axis; NaN where there is a NaN. Throws for an empty axis.
LEPTON_API Tensor quantile(const Tensor& x, double q, std::int64_t axis = -1, KeepDim keep = KeepDim::no,
                           Between between = Between::linear);
/// For each of several shares: [Q, ...].
LEPTON_API Tensor quantile(const Tensor& x, const std::vector<double>& q, std::int64_t axis = -1,
                           KeepDim keep = KeepDim::no, Between between = Between::linear);
/// The same without the NaNs; NaN where there is nothing else.
LEPTON_API Tensor nanquantile(const Tensor& x, double q, std::int64_t axis = -1, KeepDim keep = KeepDim::no,
                              Between between = Between::linear);
LEPTON_API Tensor nanquantile(const Tensor& x, const std::vector<double>& q, std::int64_t axis = -1,
                              KeepDim keep = KeepDim::no, Between between = Between::linear);

/// Sum of what is not NaN along the axes, without axes of everything.
LEPTON_API Tensor nansum(const Tensor& x, const Dims& axes = {}, KeepDim keep = KeepDim::no);
/// Mean of what is not NaN; NaN where there is nothing else.
LEPTON_API Tensor nanmean(const Tensor& x, const Dims& axes = {}, KeepDim keep = KeepDim::no);
/// How many elements are not 0 (i64).
LEPTON_API Tensor count_nonzero(const Tensor& x, const Dims& axes = {}, KeepDim keep = KeepDim::no);

/// How V variables vary together in N observations: [V, N] -> [V, V]; of [N] the variance, []. Divided by
/// N - correction.
LEPTON_API Tensor covariance(const Tensor& x, double correction = 1);
/// Pearson's coefficients, covariances divided by both deviations: [V, N] -> [V, V], in [-1, 1].
LEPTON_API Tensor correlation(const Tensor& x);

/// Which of equal elements a value stands before.
enum class Side : bool { left, right };
/// How many elements of `sorted` are below a value, or also equal to it (right): [N] and values of any shape, or
/// [..., N] and [..., M] with the same axes in front. i64; NaN stands behind everything.
LEPTON_API Tensor searchsorted(const Tensor& sorted, const Tensor& values, Side side = Side::left);
/// The same of `boundaries` [N] in ascending order.
LEPTON_API Tensor bucketize(const Tensor& values, const Tensor& boundaries, Side side = Side::left);

/// How many elements fall into each of `bins` equal parts of [low, high], of x's type; others do not count.
LEPTON_API Tensor histogram(const Tensor& x, std::int64_t bins, double low, double high);
/// How often each of 0, 1, ... occurs in x [n] (i64), or the sums of `weights` [n] where it does; at least `least`
/// numbers. Its size depends on the data. Throws for a negative number.
LEPTON_API Tensor bincount(const Tensor& x, const Tensor& weights = {}, std::int64_t least = 0);

}  // namespace lepton
