// Categories: the texts of a column as numbers, for one-hot and ordinal encoding.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lepton/core/export.hpp"
#include "lepton/data/table.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton::data {

/// What becomes of a text that was not among the training rows, where no category "other" takes it.
enum class Unknown {
  ignore,  ///< it has none: zeros, or -1
  error    ///< an Error that names row, column and text
};

/// The categories of a text column, in the order of their bytes.
struct LEPTON_API Categories {
  std::vector<std::string> names;
  bool other = false;  ///< whether rare texts share one more category, the last

  /// Those of a column; with `most` above 0 no more than that, the most frequent, "other" counted, as
  /// scikit-learn's OneHotEncoder(max_categories=most) chooses them. Missing values are passed over. Columns
  /// of other types than text count by their values in words.
  static Categories fit(const Column& column, std::int64_t most = 0);

  std::int64_t size() const { return std::int64_t(names.size()) + (other ? 1 : 0); }
  /// Place of a text; that of "other", or -1, where it is not among the names.
  std::int64_t find(std::string_view text) const;
  /// Places of a column's values; -1 for those that are missing, too.
  std::vector<std::int64_t> find_all(const Column& column, Unknown unknown = Unknown::ignore) const;
};

/// f32 [N, categories.size()]: 1 at the place of each value, zeros where there is none.
LEPTON_API Tensor one_hot(const Column& column, const Categories& categories,
                          Unknown unknown = Unknown::ignore);

/// f32 [N]: the place of each value, -1 where it is unknown, NaN where it is missing.
LEPTON_API Tensor ordinal(const Column& column, const Categories& categories,
                          Unknown unknown = Unknown::ignore);

}  // namespace lepton::data
