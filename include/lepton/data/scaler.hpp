// Scalers: columns of numbers brought to a common range, by what was learnt from the training rows.
#pragma once

#include <string>
#include <vector>

#include "lepton/core/export.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton::data {

/// y = (x - centre) / scale + shift, column by column. Fitted by one of the structs below.
struct LEPTON_API Scaler {
  std::vector<double> centre, scale, shift;  ///< one of each a column

  std::int64_t columns() const { return std::int64_t(centre.size()); }
  /// x: [N, columns()] f32 or f64 -> the same shape and type. NaN stays NaN. Throws for another shape.
  Tensor transform(const Tensor& x) const;
  /// The x of such a y.
  Tensor inverse(const Tensor& y) const;

  /// To keep it with a model.
  std::string to_json() const;
  /// Throws, naming `where`, for text that `to_json` has not written.
  static Scaler from_json(const std::string& text, const std::string& where = "Scaler");
};

// Each `fit` takes x: [N, F] f32 or f64, passes over NaN, and computes in double precision; the figures are
// scikit-learn's. A column that is constant gets the scale 1; one without values is left as it is.

/// Centre: the mean. Scale: the standard deviation, that of the values themselves (divided by N).
struct LEPTON_API StandardScaler {
  Scaler fit(const Tensor& x) const;
};

/// Smallest value to `low`, largest to `high`.
struct LEPTON_API MinMaxScaler {
  double low = 0, high = 1;
  /// Throws unless low < high.
  Scaler fit(const Tensor& x) const;
};

/// Centre: the median. Scale: the distance between two quantiles, so that outliers count for little.
struct LEPTON_API RobustScaler {
  double low = 0.25, high = 0.75;
  /// Throws unless 0 <= low < high <= 1.
  Scaler fit(const Tensor& x) const;
};

}  // namespace lepton::data
