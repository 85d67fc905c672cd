// Figures of columns of numbers. NaN stands for a missing number and is passed over.
#pragma once

#include <span>

#include "lepton/data/imputer.hpp"

namespace lepton::data {

/// A line: y = (x - centre) / scale + shift.
struct Line {
  double centre = 0, scale = 1, shift = 0;
};

/// By mean and standard deviation (of N, not N - 1).
Line standard_line(std::span<const double> values);
/// Smallest value to `low`, largest to `high`.
Line min_max_line(std::span<const double> values, double low, double high);
/// By the median, and the distance between the quantiles `low` and `high`.
Line robust_line(std::span<const double> values, double low, double high);

/// What stands in for a missing value; `constant` also where there is no value at all.
double imputed(std::span<const double> values, Impute by, double constant);

}  // namespace lepton::data
