// Gradients of each sample: in one walk where that is possible, equal to those of a walk a sample.
#include "lepton/autograd/backward.hpp"
#include "lepton/autograd/functional.hpp"
#include "lepton/autograd/hooks.hpp"
#include "lepton/nn/conv2d.hpp"
#include "lepton/nn/embedding.hpp"
#include "lepton/nn/linear.hpp"
#include "lepton/nn/norm.hpp"
#include "lepton/nn/weight_norm.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/loss.hpp"
#include "lepton/ops/matmul.hpp"
#include "lepton/ops/pool.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/ops/scan.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/ops/softmax.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

using Tensors = std::vector<Tensor>;
using Loss = std::function<Tensor(const Tensors&)>;

Tensor draw(const Shape& shape) { return randn(shape, {.dtype = f64}); }
Tensor parameter(const Shape& shape) { return draw(shape).set_requires_grad(); }
const Tensor kClasses = tensor<std::int64_t>({0, 2, 1, 1, 0});

Tensor class_losses(const Tensor& logits, const Tensor& classes) {
  return cross_entropy(logits, classes, {.reduction = Reduction::none});
}

enum class Walks { one, one_a_sample };

/// Compares with a walk a sample of what `loss` gives for a batch of one, by the calls how many walks it took.
void expect_right(const Loss& loss, const Tensors& parameters, const Tensors& inputs, Walks walks) {
  int calls = 0;
  const auto each = per_sample_gradients(
      [&](const Tensors& s) {
        ++calls;
        return loss(s);
      },
      parameters, inputs);
  const std::int64_t n = inputs[0].size(0);
  EXPECT_EQ(calls, walks == Walks::one ? 1 : 1 + int(n));
  ASSERT_EQ(each.size(), parameters.size());
  for (std::int64_t i = 0; i < n; ++i) {
    Tensors sample;
    for (const Tensor& x : inputs) sample.push_back(x.slice(0, i, i + 1));
    const auto g = grad(loss(sample), parameters);
    for (std::size_t p = 0; p < g.size(); ++p) {
      const Tensor right = g[p].defined() ? g[p] : zeros_like(parameters[p].detach());
      EXPECT_TRUE(close(each[p].select(0, i), right, 1e-12)) << "parameter " << p << ", sample " << i;
    }
  }
}

TEST(PerSample, OfAPerceptron) {
  nn::Linear first(4, 6), second(6, 3);
  first.to(f64), second.to(f64);
  const Loss loss = [&](const Tensors& s) { return class_losses(second(tanh(first(s[0]))), s[1]); };
  const Tensors parameters{first.weight, first.bias, second.weight, second.bias, parameter({2})};
  expect_right(loss, parameters, {draw({5, 4}), kClasses}, Walks::one);
}

TEST(PerSample, OfAConvolutionalNetwork) {
  nn::Conv2d conv({.in = 2, .out = 4, .kernel = 3, .stride = 2, .padding = 1, .groups = 2});
  nn::Linear head(16, 3);
  conv.to(f64), head.to(f64);
  const Loss loss = [&](const Tensors& s) {
    return class_losses(head(max_pool2d(relu(conv(s[0])), 2).flatten(1)), s[1]);
  };
  expect_right(loss, {conv.weight, conv.bias, head.weight, head.bias}, {draw({5, 2, 8, 8}), kClasses},
               Walks::one);
}

TEST(PerSample, OfSequences) {
  nn::Embedding table(7, 4);
  nn::LayerNorm norm{Shape{4}};
  nn::RMSNorm rms{Shape{4}};
  nn::Linear head(4, 3);
  for (nn::Module* m : std::initializer_list<nn::Module*>{&table, &norm, &rms, &head}) m->to(f64);
  const Loss loss = [&](const Tensors& s) {
    return class_losses(mean(head(rms(norm(table(s[0])))), {1}), s[1]);
  };
  const Tensor ids = tensor<std::int64_t>(
      {{1, 2, 3, 1, 1, 0}, {0, 6, 6, 5, 4, 4}, {2, 2, 2, 2, 2, 2}, {1, 0, 1, 0, 1, 0}, {6, 5, 4, 3, 2, 1}});
  expect_right(loss, {table.weight, norm.weight, norm.bias, rms.weight, head.weight, head.bias},
               {ids, kClasses}, Walks::one);
}

// A parameter that is used several times, with broadcasting, and through something that was computed from it.
TEST(PerSample, OfWhatIsSharedInOtherWays) {
  const Tensor scale = parameter({4}), shift = parameter({3, 1}), one = parameter({});
  nn::WeightNorm<nn::Linear> layer(nn::Linear(4, 4));
  layer.to(f64);
  const Loss loss = [&](const Tensors& s) {
    const Tensor h = layer(s[0] * scale + shift / (1 + one * one)) * scale;
    return sum(square(h - s[1].unsqueeze(2) * one), {1, 2});
  };
  expect_right(loss, {scale, shift, one, layer.weight_g, layer.weight_v, layer.bias},
               {draw({5, 3, 4}), draw({5, 3})}, Walks::one);
}

TEST(PerSample, FallsBackToAWalkEachWhereSamplesMeet) {
  const Tensor w = parameter({4, 4}), v = parameter({5});
  const Tensor x = draw({5, 4});
  const auto rows = [](const Tensor& t) { return sum(square(t), {1}); };
  const Loss mixing[] = {
      [&](const Tensors& s) { return rows(matmul(s[0], w) - mean(matmul(s[0], w), {0}, KeepDim::yes)); },
      [&](const Tensors& s) { return rows(softmax(matmul(s[0], w).transpose(), 1).transpose()); },
      [&](const Tensors& s) {
        return rows(matmul(s[0], w).reshape({4, s[0].size(0)}).transpose());
      },
      [&](const Tensors& s) { return rows(cumsum(matmul(s[0], w), 0)); },
      [&](const Tensors& s) { return rows(matmul(s[0], w)) * v.slice(0, 0, s[0].size(0)); },
      [&](const Tensors& s) { return sum(rows(matmul(s[0], w))); },  // one number, not one of each
  };
  for (const Loss& loss : mixing) expect_right(loss, {w}, {x}, Walks::one_a_sample);
}

// Sums over an axis as long as the batch cannot be told from sums over the batch by their shapes.
TEST(PerSample, OfASquareBatch) {
  const Tensor w = parameter({4, 4});
  const Loss loss = [&](const Tensors& s) { return sum(square(matmul(s[0], w)), {1}); };
  expect_right(loss, {w}, {draw({4, 4})}, Walks::one_a_sample);
}

TEST(PerSample, OfOneAndOfNone) {
  nn::Linear layer(4, 3);
  const Loss loss = [&](const Tensors& s) { return sum(layer(s[0]), {1}); };
  const Tensors parameters{layer.weight};
  EXPECT_EQ(per_sample_gradients(loss, parameters, {randn({1, 4})})[0].shape(), (Shape{1, 3, 4}));
  EXPECT_EQ(per_sample_gradients(loss, parameters, {zeros({0, 4})})[0].shape(), (Shape{0, 3, 4}));
  EXPECT_FALSE(layer.weight->grad().defined());
}

}  // namespace
}  // namespace lepton::test
