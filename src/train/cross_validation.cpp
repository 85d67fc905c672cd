// Means and deviations over folds.
#include "lepton/train/cross_validation.hpp"

#include <cmath>

#include "lepton/core/error.hpp"

namespace lepton {
namespace {

double figure_of(const std::vector<Figure>& figures, const std::string& name) {
  for (const Figure& f : figures)
    if (f.name == name) return f.value;
  throw Error("cross_validate", "a fold has no figure '" + name + "'");
}

}  // namespace

double CrossValidation::mean(const std::string& figure) const {
  double sum = 0;
  for (const auto& fold : folds) sum += figure_of(fold, figure);
  return sum / double(folds.size());
}

double CrossValidation::deviation(const std::string& figure) const {
  if (folds.size() < 2) return 0;
  const double middle = mean(figure);
  double square = 0;
  for (const auto& fold : folds) square += std::pow(figure_of(fold, figure) - middle, 2);
  return std::sqrt(square / double(folds.size() - 1));
}

CrossValidation cross_validate(
    const data::Dataset& data, const std::vector<data::Fold>& folds,
    const std::function<std::vector<Figure>(const data::Dataset&, const data::Dataset&, int)>& run) {
  if (folds.empty()) throw Error("cross_validate", "there are no folds");
  CrossValidation result;
  for (std::size_t i = 0; i < folds.size(); ++i) {
    try {
      result.folds.push_back(
          run(data::subset(data, folds[i].train), data::subset(data, folds[i].test), int(i)));
    } catch (const Error& error) {
      throw Error("cross_validate", "fold " + std::to_string(i) + ": " + error.what());
    }
  }
  return result;
}

}  // namespace lepton
