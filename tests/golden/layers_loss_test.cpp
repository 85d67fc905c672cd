// Losses and distances against PyTorch: layers/losses.py made the file.
#include "lepton/nn/adaptive_softmax.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/ctc_loss.hpp"
#include "lepton/ops/distance.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/margin_loss.hpp"
#include "lepton/ops/multilabel_loss.hpp"
#include "lepton/ops/regression_loss.hpp"
#include "lepton/ops/softmax.hpp"
#include "tests/golden/layers.hpp"

namespace lepton::golden {
namespace {

using Tensors = std::vector<Tensor>;
constexpr Reduction kReductions[] = {Reduction::mean, Reduction::sum, Reduction::none, Reduction::mean,
                                     Reduction::sum};

/// Five cases from f(inputs, place of the case, its reduction).
template <class F> Entry five(const std::string& name, F f) {
  Entry entry{name, {}};
  for (std::size_t i = 0; i < 5; ++i)
    entry.cases.push_back(function([f, i](const Tensors& x) { return f(x, i, kReductions[i]); }));
  return entry;
}
Tensor signs(const Tensor& t, const Tensor& like) { return 2 * cast(t, like.dtype()) - 1; }

TEST(Layers, LossesOfNumbers) {
  constexpr double kDelta[] = {1, 0.5, 2, 0.1, 1.5}, kBeta[] = {1, 0.5, 2, 0, 1.5};
  Entry kl = five("kl_div", [](const Tensors& x, std::size_t i, Reduction r) {
    return kl_div(x[0], x[1], {.log_target = i == 2 || i == 3, .reduction = r});
  });
  kl.cases.push_back(
      function([](const Tensors& x) { return kl_div(x[0], x[1], {.reduction = Reduction::batch_mean}); }));
  expect_family(
      "losses",
      {five("mse_loss", [](const Tensors& x, std::size_t, Reduction r) { return mse_loss(x[0], x[1], r); }),
       five("l1_loss", [](const Tensors& x, std::size_t, Reduction r) { return l1_loss(x[0], x[1], r); }),
       five("huber_loss",
            [=](const Tensors& x, std::size_t i, Reduction r) {
              return huber_loss(x[0], x[1], {.delta = kDelta[i], .reduction = r});
            }),
       five("smooth_l1_loss",
            [=](const Tensors& x, std::size_t i, Reduction r) {
              return smooth_l1_loss(x[0], x[1], {.beta = kBeta[i], .reduction = r});
            }),
       five("poisson_nll_loss",
            [](const Tensors& x, std::size_t i, Reduction r) {
              return poisson_nll_loss(x[0], x[1],
                                      {.log_input = i != 2 && i != 3,
                                       .full = i == 1 || i > 2,
                                       .eps = i == 3 ? 1e-4 : 1e-8,
                                       .reduction = r});
            }),
       five("gaussian_nll_loss",
            [](const Tensors& x, std::size_t i, Reduction r) {
              return gaussian_nll_loss(x[0], x[1], x[2], {.full = i == 1 || i == 2, .reduction = r});
            }),
       kl},
      Rest::elsewhere);
}

TEST(Layers, LossesOfClasses) {
  const auto smooth = [](const Tensors& x, std::size_t, Reduction) {
    return cross_entropy(x[0], x[1], {.weight = x[2], .ignore_index = 2, .label_smoothing = 0.1});
  };
  expect_family(
      "losses",
      {five("binary_cross_entropy",
            [](const Tensors& x, std::size_t, Reduction r) {
              return binary_cross_entropy(x[0], x[1], {.reduction = r});
            }),
       five("binary_cross_entropy_with_logits",
            [](const Tensors& x, std::size_t, Reduction r) {
              if (r == Reduction::mean) return binary_cross_entropy_with_logits(x[0], x[1]);
              return binary_cross_entropy_with_logits(x[0], x[1], {.reduction = r});
            }),
       five("bce_weight", [](const Tensors& x, std::size_t,
                             Reduction) { return binary_cross_entropy(x[0], x[1], {.weight = x[2]}); }),
       five("bce_pos_weight",
            [](const Tensors& x, std::size_t, Reduction) {
              return binary_cross_entropy_with_logits(x[0], x[1], {.weight = x[2], .pos_weight = x[3]});
            }),
       five("cross_entropy",
            [](const Tensors& x, std::size_t i, Reduction) {
              return i < 2 ? cross_entropy(x[0], x[1]) : cross_entropy(x[0], x[1], CrossEntropyOptions{});
            }),
       five("cross_entropy_weight",
            [](const Tensors& x, std::size_t, Reduction) {
              return cross_entropy(x[0], x[1], {.weight = x[2], .ignore_index = 1});
            }),
       five("cross_entropy_smooth", smooth),
       five("cross_entropy_sum",
            [](const Tensors& x, std::size_t, Reduction) {
              return cross_entropy(x[0], x[1], {.label_smoothing = 0.3, .reduction = Reduction::sum});
            }),
       five("cross_entropy_none",
            [](const Tensors& x, std::size_t, Reduction) {
              return cross_entropy(x[0], x[1], {.weight = x[2], .reduction = Reduction::none});
            }),
       five("cross_entropy_probabilities",
            [](const Tensors& x, std::size_t, Reduction) {
              return cross_entropy(x[0], x[1], {.weight = x[2], .label_smoothing = 0.2});
            }),
       five("nll_loss", [](const Tensors& x, std::size_t,
                           Reduction) { return nll_loss(x[0], x[1], {.weight = x[2], .ignore_index = 0}); })},
      Rest::elsewhere);
}

TEST(Layers, LossesWithMargins) {
  constexpr double kMargin[] = {0, 0.5, -0.3, 1, 2};
  constexpr double kP[] = {2, 1, 3, 2, 1};
  Entry cosine{"cosine_embedding_loss", {}};
  for (const auto& [margin, r] : {std::pair{0.0, Reduction::mean},
                                  {0.5, Reduction::sum},
                                  {-0.3, Reduction::none},
                                  {1.0, Reduction::mean},
                                  {0.2, Reduction::mean}})
    cosine.cases.push_back(function([margin = margin, r = r](const Tensors& x) {
      return cosine_embedding_loss(x[0], x[1], signs(x[2], x[0]), {.margin = margin, .reduction = r});
    }));
  expect_family(
      "losses",
      {five("hinge_embedding_loss",
            [=](const Tensors& x, std::size_t i, Reduction r) {
              return hinge_embedding_loss(x[0], signs(x[1], x[0]), {.margin = kMargin[i], .reduction = r});
            }),
       five("margin_ranking_loss",
            [=](const Tensors& x, std::size_t i, Reduction r) {
              return margin_ranking_loss(x[0], x[1], signs(x[2], x[0]),
                                         {.margin = kMargin[i], .reduction = r});
            }),
       cosine,
       five("triplet_margin_loss",
            [=](const Tensors& x, std::size_t i, Reduction r) {
              return triplet_margin_loss(
                  x[0], x[1], x[2],
                  {.margin = kMargin[i] + 1, .p = kP[i], .swap = i == 1 || i == 3, .reduction = r});
            }),
       five("multi_margin_loss",
            [=](const Tensors& x, std::size_t i, Reduction r) {
              return multi_margin_loss(
                  x[0], x[1],
                  {.p = 1 + int(i % 2), .margin = kMargin[i] + 0.7, .weight = x[2], .reduction = r});
            })},
      Rest::elsewhere);
}

TEST(Layers, LossesOfSeveralClasses) {
  constexpr double kMargin[] = {1, 1.5, 0.7, 2, 3};
  const auto largest = [](const Tensor& a, const Tensor& b) { return max(abs(a - b), {-1}); };
  expect_family(
      "losses",
      {five("soft_margin_loss", [](const Tensors& x, std::size_t,
                                   Reduction r) { return soft_margin_loss(x[0], signs(x[1], x[0]), r); }),
       five("multilabel_margin_loss", [](const Tensors& x, std::size_t,
                                         Reduction r) { return multilabel_margin_loss(x[0], x[1] - 1, r); }),
       five("multilabel_soft_margin_loss",
            [](const Tensors& x, std::size_t i, Reduction r) {
              return multilabel_soft_margin_loss(x[0], x[1],
                                                 {.weight = i % 2 ? x[2] : Tensor(), .reduction = r});
            }),
       five("triplet_margin_with_distance_loss",
            [=](const Tensors& x, std::size_t i, Reduction r) {
              TripletDistanceOptions o{.margin = kMargin[i], .swap = i == 1 || i == 3, .reduction = r};
              if (i % 2) o.distance_function = largest;
              return triplet_margin_with_distance_loss(x[0], x[1], x[2], o);
            })},
      Rest::elsewhere);
}

/// What f makes of an adaptive softmax and the inputs, for the five of losses.py.
template <class F> Entry adaptive_softmaxes(const std::string& name, F f) {
  Entry entry{name, {}};
  for (const nn::AdaptiveLogSoftmaxOptions& o : {nn::AdaptiveLogSoftmaxOptions{8, 12, {4}},
                                                 {6, 10, {2, 5}, 2},
                                                 {8, 9, {3, 5, 7}, 1.5, true},
                                                 {4, 6, {1}, 4, true},
                                                 {5, 20, {8, 15}, 1}})
    entry.cases.push_back([f, original = nn::AdaptiveLogSoftmaxWithLoss(o)] {
      const auto m = std::make_shared<nn::AdaptiveLogSoftmaxWithLoss>(original);
      return Subject{[m, f](const Tensors& x) { return f(*m, x); }, m};
    });
  return entry;
}

TEST(Layers, AdaptiveSoftmax) {
  using Softmax = nn::AdaptiveLogSoftmaxWithLoss;
  expect_family("losses",
                {adaptive_softmaxes("AdaptiveLogSoftmax_output",
                                    [](const Softmax& m, const Tensors& x) { return m(x[0], x[1]).output; }),
                 adaptive_softmaxes("AdaptiveLogSoftmax_loss",
                                    [](const Softmax& m, const Tensors& x) { return m(x[0], x[1]).loss; }),
                 adaptive_softmaxes("AdaptiveLogSoftmax_log_prob",
                                    [](const Softmax& m, const Tensors& x) { return m.log_prob(x[0]); })},
                Rest::elsewhere);
}

TEST(Layers, LossOfSequences) {
  static constexpr CtcOptions kOptions[] = {{},
                                            {.reduction = Reduction::sum},
                                            {.blank = 2},
                                            {.zero_infinity = true},
                                            {.reduction = Reduction::none}};
  static const std::vector<std::int64_t> steps[] = {{6, 5}, {8, 7, 8}, {5}, {4, 2}, {3, 7}};
  const auto longs = [](const std::vector<std::int64_t>& v) { return tensor(v, {std::int64_t(v.size())}); };
  const auto shifted = [](const Tensor& y, std::int64_t by, std::int64_t classes) {  // (y + by) % classes
    const Tensor moved = y + double(by);
    return where(moved < double(classes), moved, moved - double(classes));
  };
  // Made outside the function, as in a training: a captured step must not read the host's memory.
  std::vector<Tensor> inputs;
  for (const auto& s : steps) inputs.push_back(longs(s));
  const Tensor first = longs({5, 6}), second = longs({1, 3});
  expect_family("losses",
                {five("ctc_loss",
                      [=](const Tensors& x, std::size_t i, Reduction) {
                        const CtcOptions& o = kOptions[i];
                        const Shape& s = x[1].shape();
                        return ctc_loss(log_softmax(x[0], 2), shifted(x[1], 1 + o.blank, x[0].shape()[2]),
                                        inputs[i], full({s[0]}, double(s[1]), {.dtype = i64}), o);
                      }),
                 {"ctc_loss_1d", {function([=](const Tensors& x) {
                    return ctc_loss(log_softmax(x[0], 2), x[1] + 1, first, second);
                  })}}},
                Rest::elsewhere);
}

TEST(Layers, Distances) {
  constexpr std::int64_t kAxis[] = {1, 0, 1, -1, 0};
  constexpr double kP[] = {2, 1, 3, INFINITY, 0.5};
  expect_family(
      "losses",
      {five("cosine_similarity", [=](const Tensors& x, std::size_t i,
                                     Reduction) { return cosine_similarity(x[0], x[1], kAxis[i]); }),
       five("pairwise_distance",
            [=](const Tensors& x, std::size_t i, Reduction) {
              return pairwise_distance(x[0], x[1], {.p = kP[i], .keepdim = i == 2 || i == 4});
            })},
      Rest::elsewhere);
}

}  // namespace
}  // namespace lepton::golden
