// Averages and look-ahead against PyTorch's numbers, captured and not.
#include "lepton/optim/average.hpp"

#include <gtest/gtest.h>

#include "tests/optim/problem.hpp"
#include "tests/support/compare.hpp"

namespace lepton::optim::test {
namespace {

using lepton::test::same_bits;

/// The problem's parameters as a model, with a buffer.
struct Model : nn::Module {
  std::vector<nn::Parameter> list;
  nn::Buffer seen{zeros({1}, {.dtype = f64})};
  LEPTON_FIELDS(list, seen)

  explicit Model(const Problem& problem) {
    for (const Tensor& p : problem.parameters) list.emplace_back(p.detach().clone());
  }
};

struct Training {
  Problem problem;
  Model model;
  Adam adam;

  explicit Training(DType dtype = f64)
      : problem(kVectors, dtype),
        model(problem),
        adam((problem.parameters = model.parameters()), {.lr = 0.05}) {}

  void step(std::span<const Tensor> drift, bool left_out) {
    problem.backward(drift, left_out);
    adam.step();
    const NoGrad no_grad;
    model.seen->add_(ones({1}, {.dtype = f64}));
  }
};

/// The figures of a trace's step `t`.
void expect_figures(std::istream& file, const std::vector<Tensor>& parameters, int t) {
  Problem shown(kVectors, f64);
  shown.parameters = parameters;
  const auto [weighted, norm] = shown.figures();
  double expected_sum = 0, expected_norm = 0;
  ASSERT_TRUE(file >> expected_sum >> expected_norm);
  EXPECT_NEAR(weighted, expected_sum, 1e-10 * expected_norm) << "step " << t;
  EXPECT_NEAR(norm, expected_norm, 1e-10 * expected_norm) << "step " << t;
}

TEST(Ema, IsPytorchs) {
  Training run;
  Ema ema(run.model, {.decay = 0.9});
  auto file = open_trace("ema");
  for (int t = 0; t < 100; ++t) {
    run.step(run.problem.drift(t), Problem::leaves_out(t));
    ema.update();
    expect_figures(file, ema.model().parameters(), t);
  }
  EXPECT_EQ(ema.model().seen->item(), 100);
  EXPECT_FALSE(ema.model().parameters()[0].requires_grad());
}

TEST(Swa, IsPytorchs) {
  Training run;
  Swa swa(run.model);
  auto file = open_trace("swa");
  for (int t = 0; t < 100; ++t) {
    run.step(run.problem.drift(t), Problem::leaves_out(t));
    if (t % 10 == 0) swa.update();
    expect_figures(file, swa.model().parameters(), t);
  }
}

TEST(Lookahead, IsThePapers) {
  Training run;
  Lookahead lookahead(run.problem.parameters, {.k = 5, .alpha = 0.8});
  auto file = open_trace("lookahead");
  for (int t = 0; t < 100; ++t) {
    run.step(run.problem.drift(t), Problem::leaves_out(t));
    lookahead.update();
    expect_figures(file, run.problem.parameters, t);
  }
}

TEST(Averages, AreTheSameCaptured) {
  const auto train = [](bool captured) {
    Training run(f32);
    Ema ema(run.model, {.decay = 0.9});
    Swa swa(run.model);
    Lookahead lookahead(run.problem.parameters, {.k = 3});
    const auto function = [&](const Tensor& x, const Tensor& y, const Tensor& z) {
      run.step(std::vector{x, y, z}, false);
      lookahead.update();
      ema.update();
      swa.update();
    };
    auto step = compile(function);
    for (int t = 0; t < 30; ++t) {
      const auto d = run.problem.drift(t);
      captured ? step(d[0], d[1], d[2]) : function(d[0], d[1], d[2]);
    }
    EXPECT_EQ(step.recordings(), captured ? 1 : 0);
    std::vector<std::vector<double>> all;
    for (const auto& state : {run.model.state(), ema.state(), swa.state(), lookahead.state()})
      for (const auto& [name, t] : state) all.push_back(t.to_vector<double>());
    return all;
  };
  EXPECT_EQ(train(true), train(false));
}

TEST(Averages, GoOnFromASavedState) {
  Training run;
  Ema ema(run.model, {.decay = 0.9});
  Lookahead lookahead(run.problem.parameters, {.k = 3});
  const auto train = [&](int from, int to, auto& average, auto& ahead, Training& r) {
    for (int t = from; t < to; ++t) {
      r.step(r.problem.drift(t), false);
      ahead.update();
      average.update();
    }
  };
  train(0, 10, ema, lookahead, run);
  Training other;
  Ema other_ema(other.model, {.decay = 0.9});
  Lookahead other_ahead(other.problem.parameters, {.k = 3});
  const auto copy = [](const auto& from, const auto& to) {
    const NoGrad no_grad;
    ASSERT_EQ(from.size(), to.size());
    for (std::size_t i = 0; i < from.size(); ++i) {
      EXPECT_EQ(from[i].first, to[i].first);
      to[i].second.copy_(from[i].second);
    }
  };
  copy(run.model.state(), other.model.state());
  copy(run.adam.state(), other.adam.state());
  copy(ema.state(), other_ema.state());
  copy(lookahead.state(), other_ahead.state());
  train(10, 25, ema, lookahead, run);
  train(10, 25, other_ema, other_ahead, other);
  EXPECT_EQ(run.problem.values(), other.problem.values());
  const auto a = ema.state(), b = other_ema.state();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(same_bits(a[i].second, b[i].second)) << a[i].first;
}

TEST(Averages, MistakesAreTold) {
  Problem problem(kVectors, f32);
  EXPECT_ERROR(Lookahead(problem.parameters, {.k = 0}), "k >= 1");
  EXPECT_ERROR(Lookahead({}), "no parameters");
  auto model = std::make_unique<nn::Linear>(2, 3);
  Ema ema(*model);
  ema.update();
  model.reset();
  EXPECT_ERROR(ema.update(), "[ema] parameter");
}

}  // namespace
}  // namespace lepton::optim::test
