// Imputer: numbers in place of missing ones.
#pragma once

#include <string>
#include <vector>

#include "lepton/core/export.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton::data {

/// What stands in for a missing value: of the training rows the mean, the median, or the most frequent value
/// (of several the smallest); or a constant.
enum class Impute { mean, median, most_frequent, constant };

/// One number a column, which takes the place of NaN there.
struct LEPTON_API Imputer {
  std::vector<double> fill;

  /// x: [N, F] f32 or f64; `constant` is used for Impute::constant, and for columns without a value.
  static Imputer fit(const Tensor& x, Impute by = Impute::mean, double constant = 0);

  /// x: [N, fill.size()] f32 or f64 -> the same shape and type. Throws for another shape.
  Tensor transform(const Tensor& x) const;

  std::string to_json() const;
  /// Throws, naming `where`, for text that `to_json` has not written.
  static Imputer from_json(const std::string& text, const std::string& where = "Imputer");
};

}  // namespace lepton::data
