// Splits: which rows train, validate and test.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lepton/core/export.hpp"

namespace lepton::data {

/// Rows of each part, ascending; together they are all rows, each once.
struct Parts {
  std::vector<std::int64_t> train, validation, test;
};

struct SplitOptions {
  double test = 0.2;                      ///< share of all rows, rounded up; 0: none
  double validation = 0;                  ///< likewise
  std::uint64_t seed = 0;                 ///< rows are drawn by it
  std::vector<std::int64_t> labels = {};  ///< one a row: each part gets its share of every label
  std::vector<std::int64_t> groups = {};  ///< one a row: rows of a group stay together; shares are of groups
};

/// Splits `rows` rows; sizes, and those of each label, are those of scikit-learn's train_test_split,
/// StratifiedShuffleSplit and GroupShuffleSplit. Throws where a share leaves a part without rows, for labels
/// or groups of another length, and for both at once.
LEPTON_API Parts split_rows(std::int64_t rows, const SplitOptions& options = {});

/// Rows of one round of cross-validation, ascending.
struct Fold {
  std::vector<std::int64_t> train, test;
};

/// Whether folds are drawn by a seed, or cut in the order of the rows.
enum class FoldOrder { drawn, as_is };

struct FoldOptions {
  FoldOrder order = FoldOrder::drawn;
  std::uint64_t seed = 0;
};

/// Cuts `rows` rows into `folds` parts, each of which tests once; sizes differ by at most one. Like
/// scikit-learn's KFold; with FoldOrder::as_is the same rows. Throws unless 2 <= folds <= rows.
LEPTON_API std::vector<Fold> k_fold(std::int64_t rows, std::int64_t folds, const FoldOptions& options = {});

/// The same with every label in every fold, as far as there are enough: scikit-learn's StratifiedKFold.
/// Throws where no label has as many rows as there are folds.
LEPTON_API std::vector<Fold> stratified_k_fold(std::span<const std::int64_t> labels, std::int64_t folds,
                                               const FoldOptions& options = {});

/// The same with all rows of a group in one fold: the largest group goes to the fold that has the fewest rows,
/// and so on (scikit-learn's GroupKFold); a seed decides between equal ones. Throws for fewer groups than
/// folds.
LEPTON_API std::vector<Fold> group_k_fold(std::span<const std::int64_t> groups, std::int64_t folds,
                                          const FoldOptions& options = {});

}  // namespace lepton::data
