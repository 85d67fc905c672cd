// Weights of classes and samples.
#include "lepton/data/weights.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "lepton/core/error.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/data/draw.hpp"

namespace lepton::data {
namespace {

std::size_t checked_label(std::int64_t label, std::size_t classes, std::size_t sample, const char* who) {
  if (label < 0 || std::size_t(label) >= classes)
    throw Error(who, "sample " + std::to_string(sample) + " has the label " + std::to_string(label) +
                         ", which is none of " + std::to_string(classes) + " classes");
  return std::size_t(label);
}

/// Another dataset's samples with a weight each.
struct Weighted {
  Dataset samples;
  std::vector<float> weights;

  std::int64_t size() const { return samples.size(); }
  Shape sample_shape() const { return samples.sample_shape(); }
  std::vector<std::int64_t> labels() const { return samples.labels(); }
  std::vector<std::string> class_names() const { return samples.class_names(); }
  std::vector<std::string> sample_names() const { return samples.sample_names(); }
  Batch batch(std::span<const std::int64_t> indices, std::int64_t epoch = 0) const {
    Batch out = samples.batch(indices, epoch);
    const Tensor w = empty({std::int64_t(indices.size())});
    std::transform(indices.begin(), indices.end(), w.data<float>(),
                   [&](std::int64_t i) { return weights[std::size_t(i)]; });
    out.push(w);
    return out;
  }
};

}  // namespace

std::vector<double> balanced_weights(std::span<const std::int64_t> labels, std::int64_t classes) {
  if (labels.empty()) throw Error("balanced_weights", "there are no labels");
  if (classes == 0) classes = *std::max_element(labels.begin(), labels.end()) + 1;
  std::vector<std::int64_t> counts(std::size_t(std::max<std::int64_t>(classes, 0)));
  for (std::size_t i = 0; i < labels.size(); ++i)
    ++counts[checked_label(labels[i], counts.size(), i, "balanced_weights")];
  std::vector<double> weights;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] == 0)
      throw Error("balanced_weights",
                  "class " + std::to_string(c) + " has no samples, so no weight makes it count");
    weights.push_back(double(labels.size()) / (double(classes) * double(counts[c])));
  }
  return weights;
}

std::vector<double> sample_weights(std::span<const std::int64_t> labels,
                                   std::span<const double> class_weights) {
  std::vector<double> weights;
  weights.reserve(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i)
    weights.push_back(class_weights[checked_label(labels[i], class_weights.size(), i, "sample_weights")]);
  return weights;
}

void check_weights(std::span<const double> weights, std::int64_t samples, const char* who) {
  if (std::int64_t(weights.size()) != samples)
    throw Error(who, std::to_string(weights.size()) + " weights for " + std::to_string(samples) +
                         " samples; each needs one, as sample_weights gives them");
  double sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (!(weights[i] >= 0) || !std::isfinite(sum += weights[i]))
      throw Error(who, "the weight of sample " + std::to_string(i) + " is " + std::to_string(weights[i]) +
                           "; weights are finite, and not negative");
  }
  if (sum == 0) throw Error(who, "all weights are 0");
}

std::vector<std::int64_t> draw(std::span<const double> weights, std::int64_t count, RandomStream random) {
  std::vector<double> upto(weights.size());
  double sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) upto[i] = sum += weights[i];
  std::vector<std::int64_t> drawn;
  drawn.reserve(std::size_t(count));
  for (std::int64_t k = 0; k < count; ++k) {
    // A product that rounds up to the whole sum is nobody's: it is drawn again.
    auto found = upto.end();
    while (found == upto.end()) found = std::upper_bound(upto.begin(), upto.end(), random.uniform() * sum);
    drawn.push_back(found - upto.begin());
  }
  return drawn;
}

Dataset weighted(const Dataset& dataset, std::vector<double> weights) {
  check_weights(weights, dataset.size(), "weighted");
  return Weighted{dataset, {weights.begin(), weights.end()}};
}

}  // namespace lepton::data
