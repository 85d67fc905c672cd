// Quantiles, running extremes, counts, places in an order and distances against PyTorch: layers/counting.py made the
// files.
#include <array>

#include "lepton/ops/distance.hpp"
#include "lepton/ops/maths.hpp"
#include "lepton/ops/scan.hpp"
#include "lepton/ops/statistics.hpp"
#include "tests/golden/ops.hpp"

namespace lepton::golden {
namespace {

using Axis = std::int64_t;

struct Choice {
  Axis axis;
  KeepDim keep;
  double q;
};
const std::vector<Choice> kChoices{{0, KeepDim::no, 0.3},
                                   {-1, KeepDim::yes, 0.5},
                                   {1, KeepDim::no, 0.77},
                                   {2, KeepDim::yes, 0},
                                   {0, KeepDim::no, 1}};

/// x with NaN above 1.
Tensor holed(const Tensor& x) { return masked_fill(x, x > 1, double(NAN)); }

using Quantile = Tensor (*)(const Tensor&, double, Axis, KeepDim, Between);

/// Every way to choose between two elements, for each of the choices.
Entry quantiles(const std::string& name, Quantile f, Tensor (*of)(const Tensor&)) {
  std::vector<std::pair<Choice, Between>> all;
  for (const Choice& choice : kChoices)
    for (const Between between :
         {Between::linear, Between::lower, Between::higher, Between::nearest, Between::midpoint})
      all.emplace_back(choice, between);
  return with(name, all, [f, of](const Tensor& x, const auto& s) {
    return f(of(x), s.first.q, s.first.axis, s.first.keep, s.second);
  });
}

std::vector<double> shares(const Choice& c) { return {0.25, c.q, 1}; }

TEST(GoldenOps, Quantiles) {
  expect_family(
      "ops_counting",
      {quantiles(
           "quantile", quantile, +[](const Tensor& x) { return x; }),
       quantiles("nanquantile", nanquantile, holed),
       with("quantiles", kChoices,
            [](const Tensor& x, const Choice& c) { return quantile(x, shares(c), c.axis, c.keep); }),
       with(
           "nanquantiles", kChoices,
           [](const Tensor& x, const Choice& c) { return nanquantile(holed(x), shares(c), c.axis, c.keep); }),
       with("nansum", kChoices,
            [](const Tensor& x, const Choice& c) { return nansum(holed(x), {c.axis}, c.keep); }),
       with("nanmean", kChoices,
            [](const Tensor& x, const Choice& c) { return nanmean(holed(x), {c.axis}, c.keep); }),
       with("count_nonzero", kChoices,
            [](const Tensor& x, const Choice& c) { return count_nonzero(round(x), {c.axis}); })},
      Rest::elsewhere);
}

TEST(GoldenOps, RunningExtremes) {
  std::vector<std::pair<Axis, Axis>> differences;
  for (const Choice& c : kChoices)
    for (const Axis times : {1, 2}) differences.emplace_back(c.axis, times);
  expect_family(
      "ops_counting",
      {with("cummax", kChoices, [](const Tensor& x, const Choice& c) { return cummax(x, c.axis).values; }),
       with("cummin", kChoices, [](const Tensor& x, const Choice& c) { return cummin(x, c.axis).values; }),
       with("cummax_places", kChoices,
            [](const Tensor& x, const Choice& c) { return cummax(holed(round(x)), c.axis).indices; }),
       with("cummin_places", kChoices,
            [](const Tensor& x, const Choice& c) { return cummin(holed(round(x)), c.axis).indices; }),
       with("logcumsumexp", kChoices,
            [](const Tensor& x, const Choice& c) { return logcumsumexp(x * 9, c.axis); }),
       with("diff", differences, [](const Tensor& x, const auto& d) { return diff(x, d.second, d.first); })},
      Rest::elsewhere);
}

TEST(GoldenOps, Counts) {
  const std::vector<Side> sides{Side::left, Side::right, Side::left, Side::right, Side::left};
  const auto ordered = [](const Tensor& x) { return sort(x).values; };
  expect_family(
      "ops_counting",
      {of_all("searchsorted", sides,
              [=](const Tensors& x, Side s) { return searchsorted(ordered(x[0]), round(x[1]), s); }),
       of_all("searchsorted_rows", sides,
              [=](const Tensors& x, Side s) { return searchsorted(ordered(x[0]), holed(x[0]), s); }),
       of_all("bucketize", sides,
              [=](const Tensors& x, Side s) { return bucketize(round(x[0]), ordered(round(x[1])), s); }),
       with("histogram",
            std::vector<std::array<double, 3>>{
                {4, -2, 2}, {1, 0, 1}, {7, -1, 0.5}, {3, -0.35, 0.2}, {10, -3, 3}},
            [](const Tensor& x, const auto& s) { return histogram(x, Axis(s[0]), s[1], s[2]); }),
       uncaptured(with("bincount", std::vector<Axis>{0, 3, 0, 20, 6},
                       [](const Tensor& x, Axis least) { return bincount(x, {}, least); })),
       uncaptured(of_all("bincount_weights", std::vector<Axis>{0, 3, 0, 20, 6},
                         [](const Tensors& x, Axis least) { return bincount(x[0], x[1], least); }))},
      Rest::elsewhere);
}

TEST(GoldenOps, Distances) {
  struct Shortening {
    double p;
    Axis axis;
    double most;
  };
  const std::vector<Axis> corrections{1, 0, 1, 2, 1};
  expect_family(
      "ops_counting",
      {of_all("cdist", std::vector<double>{2, 1, 3, double(INFINITY), 1.5},
              [](const Tensors& x, double p) { return cdist(x[0], x[1], p); }),
       with("renorm", std::vector<Shortening>{{2, 0, 1.5}, {1, 1, 2}, {3, -1, 1}, {2, 2, 100}, {2, 1, 0.5}},
            [](const Tensor& x, const Shortening& s) { return renorm(x, s.p, s.axis, s.most); }),
       with("covariance", corrections, [](const Tensor& x, Axis c) { return covariance(x, double(c)); }),
       LEPTON_ONE(correlation)},
      Rest::elsewhere);
}

TEST(GoldenOps, Special) {
  const std::vector<double> limits{-1, 0, 0.5, 3, -2.5}, numbers{0.5, -2, 10, 1e-8, 0};
  const TensorOptions doubles{.dtype = f64};
  expect_family(
      "ops_special",
      {LEPTON_ONE(erfinv), LEPTON_ONE(lgamma), LEPTON_ONE(digamma), LEPTON_ONE(sinc), LEPTON_ONE(deg2rad),
       LEPTON_ONE(rad2deg), with("logit", std::vector<double>{-1, 0.1, 1e-6, 0.25, 0}, logit),
       with("clamp_min", limits, clamp_min), with("clamp_max", limits, clamp_max),
       five("xlogy", [](const Tensors& x) { return xlogy(round(x[0]), x[1]); }),
       five("heaviside", [](const Tensors& x) { return heaviside(round(x[0]), x[1]); }),
       made("logspace", numbers, [=](double n) { return logspace(-1, 2, 6, 1.5 + std::abs(n), doubles); }),
       made("linspace", numbers, [=](double n) { return linspace(n, 2, 6, doubles); }),
       made("arange", numbers, [=](double n) { return arange(n, 20, 1.5, doubles); })});
}

}  // namespace
}  // namespace lepton::golden
