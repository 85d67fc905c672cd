// Weights: classes that count more than they occur, as weights of samples or as chances to be drawn.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lepton/core/export.hpp"
#include "lepton/data/dataset.hpp"

namespace lepton::data {

/// A weight for each class by which all classes count the same: samples / (classes * samples of the class), as
/// scikit-learn's "balanced". `classes` 0: one more than the largest label. Throws for no labels, for a label
/// outside [0, classes), and for a class without samples.
LEPTON_API std::vector<double> balanced_weights(std::span<const std::int64_t> labels,
                                                std::int64_t classes = 0);

/// The weight of each sample's class: what LoaderOptions::weights and `weighted` take. Throws for a label
/// without a weight.
LEPTON_API std::vector<double> sample_weights(std::span<const std::int64_t> labels,
                                              std::span<const double> class_weights);

/// The same samples, with one more tensor at the end of each batch, f32 [N]: the weight of each sample, for a
/// loss of (model, batch). Throws unless there is a weight for each sample, finite and not negative.
LEPTON_API Dataset weighted(const Dataset& dataset, std::vector<double> weights);

}  // namespace lepton::data
