// Checkpointing: the same gradients as without, for less memory; what it refuses.
#include "lepton/autograd/checkpoint.hpp"

#include "lepton/autograd/backward.hpp"
#include "lepton/compile/compile.hpp"
#include "lepton/nn/linear.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/ops/reduce.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

struct Net {
  nn::Linear first{5, 5}, second{5, 5};
  Tensor block(const Tensor& x) { return dropout(tanh(second(gelu(first(x)))), 0.3); }
};

/// Gradients of a step with and without a checkpoint around the block.
std::vector<Tensor> step(Net& net, const Tensor& x, bool saving) {
  manual_seed(5);
  for (nn::Linear* l : {&net.first, &net.second}) l->zero_grad();
  const Tensor at = x.detach().set_requires_grad();
  const Tensor h = dropout(at * 2, 0.5);
  const Tensor y = saving ? checkpoint([&](const Tensor& t) { return net.block(t); }, h) : net.block(h);
  const Tensor loss = sum(square(dropout(y, 0.5)));
  loss.backward();
  std::vector<Tensor> all{loss.detach(), at.grad()};
  for (nn::Linear* l : {&net.first, &net.second})
    for (const Tensor& p : l->parameters()) all.push_back(p.grad());
  return all;
}

TEST(Checkpoint, GivesTheSameGradientsWithTheSameRandomNumbers) {
  Net net;
  const Tensor x = randn({7, 5});
  const auto plain = step(net, x, false);
  const std::uint64_t after = default_generator().offset();
  const auto saved = step(net, x, true);
  EXPECT_EQ(default_generator().offset(), after);
  ASSERT_EQ(plain.size(), saved.size());
  for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_TRUE(same_bits(plain[i], saved[i])) << i;
}

TEST(Checkpoint, IsCaptured) {
  Net net;
  manual_seed(5);
  const auto run = [&](const Tensor& x, bool saving) {
    const Tensor at = x.detach().set_requires_grad();
    const Tensor y = saving ? checkpoint([&](const Tensor& t) { return net.block(t); }, at) : net.block(at);
    sum(square(y)).backward();
    return at.grad();
  };
  auto captured = compile([&](const Tensor& x) { return run(x, true); });
  const Tensor x = randn({7, 5});
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t before = default_generator().offset();
    const Tensor right = run(x, false);
    const std::uint64_t after = default_generator().offset();
    default_generator().set_offset(before);
    EXPECT_TRUE(same_bits(captured(x), right)) << i;
    EXPECT_EQ(default_generator().offset(), after);
  }
}

TEST(Checkpoint, SeveralInputsAndParametersAlone) {
  const Tensor a = leaf({1, 2}), b = leaf({3, 4});
  sum(checkpoint([](const Tensor& x, const Tensor& y) { return x * y * y; }, a, b)).backward();
  EXPECT_EQ(values(a.grad()), (std::vector<double>{9, 16}));
  EXPECT_EQ(values(b.grad()), (std::vector<double>{6, 16}));
  nn::Linear layer(2, 1);
  sum(checkpoint([&](const Tensor& x) { return layer(x); }, ones({3, 2}))).backward();
  EXPECT_EQ(values(layer.parameters()[0].grad()), (std::vector<double>{3, 3}));
}

TEST(Checkpoint, RefusesInWords) {
  const Tensor x = leaf({1, 2}), w = tensor<double>({3, 4});
  const auto product = [](const Tensor& a, const Tensor& b) { return a * b; };
  EXPECT_ERROR(grad(sum(checkpoint(product, x, w)), {x}, {.create_graph = true}),
               "[checkpoint] is differentiable once");
  const Tensor y = sum(checkpoint(product, x, w));
  w.fill_(0);
  EXPECT_ERROR(y.backward(), "[checkpoint] input 1 [2] was changed in place after it was used");
}

}  // namespace
}  // namespace lepton::test
