// cross_validate: figures of a model that is trained and tested on every fold.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lepton/data/dataset.hpp"
#include "lepton/data/split.hpp"
#include "lepton/train/report.hpp"

namespace lepton {

/// The figures of every fold.
struct CrossValidation {
  std::vector<std::vector<Figure>> folds;

  /// Mean of a figure over the folds, and its standard deviation (of a sample; 0 for one fold). They throw where a fold
  /// lacks it.
  LEPTON_API double mean(const std::string& figure) const;
  LEPTON_API double deviation(const std::string& figure) const;
};

/// Calls `run(train, test, fold)` for each fold (data/split.hpp makes them), which trains a model anew and gives its
/// figures on `test`. What it throws is thrown, with the fold.
///
///   const auto found = cross_validate(data, data::stratified_k_fold(data.labels(), 5), [&](auto& train, auto& test, int) {
///     Net net;
///     optim::Adam adam(net.parameters());
///     return fit(net, adam, cross_entropy, train, {.epochs = 5, .validation = test}).epochs.back().validation;
///   });
///   found.mean("loss");
LEPTON_API CrossValidation cross_validate(
    const data::Dataset& data, const std::vector<data::Fold>& folds,
    const std::function<std::vector<Figure>(const data::Dataset& train, const data::Dataset& test, int fold)>&
        run);

}  // namespace lepton
