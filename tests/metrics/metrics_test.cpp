// Accuracy, means and confusion matrices, against figures worked out by hand.
#include "lepton/metrics/accuracy.hpp"
#include "lepton/metrics/confusion.hpp"
#include "lepton/metrics/mean.hpp"

#include <cmath>

#include "lepton/ops/binary.hpp"
#include "lepton/tensor/factory.hpp"
#include "tests/data/support.hpp"

namespace lepton::metrics {
namespace {

using data::expect_error;
using Ids = std::vector<std::int64_t>;

Tensor ids(const Ids& values) { return tensor(values, {std::int64_t(values.size())}); }
const Tensor kLogits =
    tensor({{1.f, 3.f, 2.f}, {5.f, 0.f, 1.f}, {0.f, 0.f, 1.f}, {2.f, 1.f, 0.f}});  // 1 0 2 0

TEST(Accuracy, CountsClasses) {
  EXPECT_EQ(accuracy(kLogits, ids({1, 0, 0, 0})), 0.75);
  EXPECT_EQ(accuracy(kLogits.to(bf16), ids({1, 0, 2, 0})), 1);
  EXPECT_EQ(accuracy(kLogits.reshape({2, 2, 3}), ids({1, 0, 2, 1}).reshape({2, 2})), 0.75);
  EXPECT_EQ(accuracy(kLogits, tensor(std::vector<std::int32_t>{1, 1, 1, 1}, {4})), 0.25);
}

TEST(Accuracy, TakesOneLogitForTwoClasses) {
  const Tensor logits = tensor({0.5f, -0.5f, 0.f, 2.f});
  EXPECT_EQ(accuracy(logits, tensor({1.f, 0.f, 1.f, 0.f})), 0.5);
  EXPECT_EQ(accuracy(logits, ids({1, 0, 0, 1})), 1);
  EXPECT_EQ(accuracy(logits.unsqueeze(1), ids({1, 0, 0, 0})), 0.75);
  EXPECT_EQ(accuracy(logits.unsqueeze(1).to(f16), tensor({1.f, 1.f, 1.f, 1.f}).unsqueeze(1)), 0.5);
}

TEST(Accuracy, StreamsAndMerges) {
  Accuracy a, b;
  EXPECT_TRUE(std::isnan(a.value()));
  a.update(kLogits, ids({1, 0, 0, 1}));
  b.update(kLogits.slice(0, 0, 1), ids({1}));
  b.update(kLogits.slice(0, 0, 0), ids({}));
  a.merge(b);
  EXPECT_EQ(a.correct(), 3);
  EXPECT_EQ(a.count(), 5);
  EXPECT_EQ(a.value(), 0.6);
  a.reset();
  EXPECT_EQ(a.count(), 0);
}

TEST(Accuracy, LeavesNoTape) {
  Tensor logits = kLogits.clone();
  logits.set_requires_grad();
  EXPECT_EQ(accuracy(logits * 2, ids({1, 0, 2, 0})), 1);
}

TEST(Accuracy, RefusesShapesThatDoNotFit) {
  expect_error([] { accuracy(kLogits, ids({1, 2})); }, {"[accuracy]", "target [2]", "logits [4, 3]"});
  expect_error([] { accuracy(zeros({}), ids({1})); }, {"logits []"});
  expect_error([] { accuracy(zeros({2, 0}), ids({1, 1})); }, {"logits [2, 0]"});
}

TEST(Mean, IsWeightedAndMerges) {
  Mean a, b;
  EXPECT_TRUE(std::isnan(a.value()));
  a.add(2.0, 3);
  a.add(full({}, 6));
  b.add(1.0, 4);
  a.merge(b);
  EXPECT_EQ(a.value(), 2);
  EXPECT_EQ(a.weight(), 8);
  expect_error([&] { a.add(zeros({2})); }, {"needs one element"});
}

TEST(Confusion, GivesTheFiguresOfScikitLearn) {
  // confusion_matrix([0,0,1,2,2,1], [0,1,1,0,2,1]) = [[1,1,0],[0,2,0],[1,0,1]]; f1 = 1/2, 4/5, 2/3
  const Ids truth{0, 0, 1, 2, 2, 1}, answer{0, 1, 1, 0, 2, 1};
  Tensor logits = zeros({6, 3});
  for (std::size_t i = 0; i < answer.size(); ++i)
    logits.select(0, std::int64_t(i)).select(0, answer[i]).fill_(1);
  ConfusionMatrix whole(3), first(3), second(3);
  whole.update(logits, ids(truth));
  first.update(logits.slice(0, 0, 2), ids({0, 0}));
  second.update(logits.slice(0, 2), ids({1, 2, 2, 1}));
  first.merge(second);
  for (const ConfusionMatrix* m : {&whole, &first}) {
    EXPECT_EQ(m->at(0, 1), 1);
    EXPECT_EQ(m->at(1, 1), 2);
    EXPECT_EQ(m->at(2, 0), 1);
    EXPECT_DOUBLE_EQ(m->accuracy(), 4.0 / 6);
    EXPECT_DOUBLE_EQ(m->precision(1), 2.0 / 3);
    EXPECT_DOUBLE_EQ(m->recall(0), 0.5);
    EXPECT_DOUBLE_EQ(m->macro_f1(), (0.5 + 0.8 + 2.0 / 3) / 3);
  }
}

TEST(Confusion, IsZeroWhereNothingWasSeen) {
  const ConfusionMatrix m(2);
  EXPECT_EQ(m.accuracy(), 0);
  EXPECT_EQ(m.macro_f1(), 0);
}

TEST(Confusion, RefusesOtherClasses) {
  ConfusionMatrix m(3);
  expect_error([&] { m.update(kLogits, ids({0, 1, 2, 3})); }, {"class 3 is not one of 3"});
  expect_error([&] { m.update(kLogits, ids({0, 1, 2, -1})); }, {"class -1"});
  EXPECT_EQ(m.accuracy(), 0);
  expect_error([&] { m.merge(ConfusionMatrix(2)); }, {"of 2 classes"});
  expect_error([] { ConfusionMatrix(1); }, {"at least two"});
  expect_error([&] { m.at(3, 0); }, {"beyond 2"});
}

}  // namespace
}  // namespace lepton::metrics
