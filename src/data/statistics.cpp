// Figures of columns, as scikit-learn has them.
#include "src/data/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace lepton::data {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

std::vector<double> present(std::span<const double> values) {
  std::vector<double> out;
  out.reserve(values.size());
  std::copy_if(values.begin(), values.end(), std::back_inserter(out), [](double v) { return v == v; });
  return out;
}

std::vector<double> sorted(std::span<const double> values) {
  std::vector<double> out = present(values);
  std::sort(out.begin(), out.end());
  return out;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / double(values.size());
}

/// Linear between neighbours (method 7 of Hyndman & Fan 1996).
double quantile(const std::vector<double>& sorted, double q) {
  const double place = q * double(sorted.size() - 1);
  const std::size_t below = std::size_t(place), above = std::min(below + 1, sorted.size() - 1);
  const double t = place - double(below), step = sorted[above] - sorted[below];
  return t < 0.5 ? sorted[below] + step * t : sorted[above] - step * (1 - t);
}

double median(const std::vector<double>& sorted) {
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

double most_frequent(const std::vector<double>& sorted) {
  double best = 0;
  std::ptrdiff_t most = 0;
  for (auto at = sorted.begin(); at != sorted.end();) {
    const auto next = std::upper_bound(at, sorted.end(), *at);
    if (next - at > most) most = next - at, best = *at;
    at = next;
  }
  return best;
}

/// Never 0, nor what rounding makes of it.
double usable(double scale) { return scale < 10 * kEpsilon ? 1 : scale; }

}  // namespace

Line standard_line(std::span<const double> values) {
  const std::vector<double> x = present(values);
  if (x.empty()) return {};
  const double n = double(x.size()), m = mean(x);
  double squares = 0, rest = 0;  // the rest makes up for the rounding of the mean
  for (const double v : x) squares += (v - m) * (v - m), rest += v - m;
  const double variance = (squares - rest * rest / n) / n;
  // Chan, Golub & LeVeque 1983: below this bound it may be rounding alone.
  const double bound = n * kEpsilon * variance + (n * m * kEpsilon) * (n * m * kEpsilon);
  return {.centre = m, .scale = variance <= bound ? 1 : std::sqrt(variance)};
}

Line min_max_line(std::span<const double> values, double low, double high) {
  const std::vector<double> x = present(values);
  if (x.empty()) return {};
  const auto [least, most] = std::minmax_element(x.begin(), x.end());
  return {.centre = *least, .scale = usable(*most - *least) / (high - low), .shift = low};
}

Line robust_line(std::span<const double> values, double low, double high) {
  const std::vector<double> x = sorted(values);
  if (x.empty()) return {};
  return {.centre = median(x), .scale = usable(quantile(x, high) - quantile(x, low))};
}

double imputed(std::span<const double> values, Impute by, double constant) {
  if (by == Impute::constant) return constant;
  const std::vector<double> x = by == Impute::mean ? present(values) : sorted(values);
  if (x.empty()) return constant;
  switch (by) {
    case Impute::mean: return mean(x);
    case Impute::median: return median(x);
    default: return most_frequent(x);
  }
}

}  // namespace lepton::data
