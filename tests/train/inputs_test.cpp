// Models of several inputs with several losses, and predictions of whole datasets.
#include "lepton/metrics/accuracy.hpp"
#include "lepton/metrics/regression.hpp"
#include "lepton/nn/embedding.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/tensor/factory.hpp"
#include "lepton/train/interrupt.hpp"
#include "lepton/train/predict.hpp"
#include "tests/train/support.hpp"

namespace lepton {
namespace {

/// Numbers and a category in, three logits and a number out: [N, 4].
struct Mixed : nn::Module {
  nn::Embedding kinds{5, 4};
  nn::Linear hidden{12, 32};
  nn::Dropout dropout{0.1};
  nn::Linear out{32, 4};
  Tensor operator()(const data::Batch& batch) {
    return out(dropout(relu(hidden(cat({batch[0], kinds(batch[1])}, 1)))));
  }
  LEPTON_FIELDS(kinds, hidden, dropout, out)
};

Mixed mixed() {
  manual_seed(3);
  return Mixed();
}

/// Batches of numbers [N, 8], a category [N], a class [N], a number [N, 1] that the category shifts.
data::Dataset mixed_problem(std::int64_t samples = 200) {
  manual_seed(11);
  const Tensor x = randn({samples, 8});
  std::vector<std::int64_t> kinds;
  for (std::int64_t i = 0; i < samples; ++i) kinds.push_back(i * 7 % 5);
  const Tensor kind = tensor(kinds, {samples});
  const Tensor number = x.slice(1, 4, 5) + kind.to(f32).reshape({samples, 1}) - 2.0;
  return data::TensorDataset(x, kind, argmax(x.slice(1, 0, 3)), number);
}

Tensor both_losses(Mixed& model, const data::Batch& batch) {
  const Tensor y = model(batch);
  return cross_entropy(y.slice(1, 0, 3), batch[2]) + mse_loss(y.slice(1, 3, 4), batch[3]);
}

/// A figure of some columns of the prediction.
template <class Collector> struct Of {
  std::int64_t from, to;
  Collector collector = {};
  void update(const Tensor& prediction, const Tensor& target) {
    collector.update(prediction.slice(1, from, to), target);
  }
  double value() const { return collector.value(); }
};

struct R2 : metrics::Regression {
  R2() : metrics::Regression(1) {}
  double value() const { return r2(); }
};

std::vector<Metric> both_metrics() {
  return {Metric("accuracy", Of<metrics::Accuracy>{0, 3}).against(2), Metric("r2", Of<R2>{3, 4}).against(3)};
}

TEST(MixedInputs, SeveralLossesAreTrainedAndMeasured) {
  const data::Dataset data = mixed_problem();
  Mixed net = mixed();
  optim::Adam adam(net.parameters(), {.lr = 1e-2});
  const Report report =
      fit(net, adam, both_losses, data, {.epochs = 30, .validation = data, .metrics = both_metrics()});
  EXPECT_TRUE(report.notes.empty()) << report.notes[0];  // it was captured
  const auto& figures = report.epochs.back().validation;
  ASSERT_EQ(figures.size(), 3u);
  EXPECT_EQ(figures[1].name, "accuracy");
  EXPECT_GT(figures[1].value, 0.95);
  EXPECT_GT(figures[2].value, 0.95);  // which takes the category as well
  const auto again = evaluate(net, data, both_metrics());
  EXPECT_EQ(again[0].value, figures[1].value);
  EXPECT_EQ(again[1].value, figures[2].value);
}

TEST(MixedInputs, ResumeWithTheSameBits) {
  const TempFolder folder;
  const data::Dataset data = mixed_problem();
  const auto trained = [&](FitOptions options) {
    Mixed net = mixed();
    optim::Adam adam(net.parameters(), {.lr = 1e-2});
    fit(net, adam, both_losses, data, options);
    return weights(net);
  };
  trained({.epochs = 2, .save = folder / "run"});
  EXPECT_EQ(trained({.epochs = 4, .resume = folder / "run"}), trained({.epochs = 4}));
}

TEST(MixedInputs, AMissingTensorIsNamed) {
  Mixed net = mixed();
  expect_error(
      [&] {
        evaluate(net, mixed_problem(), {Metric("accuracy", Of<metrics::Accuracy>{0, 3}).against(4)});
      },
      {"[Batch]", "tensor 4", "holds 4"});
}

TEST(Predict, GivesTheOutputsOfAllSamplesInTheirOrder) {
  const data::Dataset data = problem(30);
  nn::Sequential net = network();
  const Tensor all = predict(net, data, {.batch_size = 7});
  EXPECT_EQ(all.shape(), (Shape{30, 3}));
  EXPECT_TRUE(net.training());
  EXPECT_FALSE(all.requires_grad());

  net.eval();
  std::vector<std::int64_t> every(30);
  for (std::int64_t i = 0; i < 30; ++i) every[std::size_t(i)] = i;
  const Tensor expected = net(data.batch(every)[0]);
  const auto got = all.to_vector<float>(), want = expected.to_vector<float>();
  for (std::size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-6) << i;

  Mixed mixes = mixed();
  EXPECT_EQ(predict(mixes, mixed_problem(40)).shape(), (Shape{40, 4}));
}

/// The sum over a batch, which belongs to no sample.
struct Sums : nn::Module {
  nn::Linear scale{8, 1};
  Tensor operator()(const Tensor& x) { return sum(scale(x)); }
  LEPTON_FIELDS(scale)
};

TEST(Predict, RefusesOutputsThatDoNotCountSamples) {
  Sums net;
  expect_error([&] { predict(net, problem(30)); }, {"[predict]", "[] for 30 samples", "first axis"});
}

TEST(Notes, AreToldAsTheyCome) {
  struct Watch final : Progress {
    std::vector<std::string> notes;
    void noted(const TrainingPosition&, const std::string& text) override { notes.push_back(text); }
  } watch;
  const TempFolder folder;
  const auto loss = [](nn::Linear& m, const data::Batch& b) {
    const Tensor y = m(b[0]);
    return y.numel() > 0 && y.slice(0, 0, 1).slice(1, 0, 1).item() > 1e9 ? y : cross_entropy(y, b[1]);
  };
  nn::Linear net(8, 3);
  optim::Adam adam(net.parameters());
  const Report report = fit(net, adam, loss, problem(), {.progress = &watch});
  EXPECT_EQ(watch.notes, report.notes);
  ASSERT_EQ(watch.notes.size(), 1u);
  EXPECT_NE(watch.notes[0].find("could not be captured"), std::string::npos) << watch.notes[0];
}

}  // namespace
}  // namespace lepton
