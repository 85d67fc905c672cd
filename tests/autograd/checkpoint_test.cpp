// Checkpointing: the same gradients as without, for less memory; what it refuses.
#include "lepton/autograd/checkpoint.hpp"

#include "lepton/autograd/backward.hpp"
#include "lepton/compile/compile.hpp"
#include "lepton/core/memory.hpp"
#include "lepton/nn/dropout.hpp"
#include "lepton/nn/linear.hpp"
#include "lepton/nn/sequential.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/ops/reduce.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

using Values = std::vector<double>;

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

/// sin(w x)^2, by steps each of which keeps something.
Tensor wave(const Tensor& x, const Tensor& w) { return square(sin(w * x)); }

TEST(Checkpoint, IsDifferentiatedAsOftenAsTheFunction) {
  const Tensor x = leaf({0.3, -2}), w = leaf({1.5, 0.7});
  const auto third = [&](const auto& f) {
    const Tensor g = grad(sum(f(x)), {x}, {.create_graph = true})[0];
    const Tensor h = grad(sum(g * g), {x}, {.create_graph = true})[0];
    return grad(sum(h * h), {x, w});
  };
  const auto plain = third([&](const Tensor& t) { return wave(t, w); });
  const auto saved =
      third([&](const Tensor& t) { return checkpoint([&](const Tensor& u) { return wave(u, w); }, t); });
  for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_TRUE(same_bits(plain[i], saved[i])) << i;
}

TEST(Checkpoint, GradSeesWhatIsInside) {
  Net net;
  const Tensor x = randn({7, 5}).set_requires_grad();
  const auto parameters = net.first.parameters();
  const auto by = [&](bool saving) {
    manual_seed(5);
    const auto block = [&](const Tensor& t) { return net.block(t); };
    return grad(sum(square(saving ? checkpoint(block, x) : block(x))), {x, parameters[0], parameters[1]});
  };
  const auto plain = by(false), saved = by(true);
  for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_TRUE(same_bits(plain[i], saved[i])) << i;
  EXPECT_FALSE(parameters[0].grad().defined());
}

TEST(Checkpoint, GivesSeveralResults) {
  const Tensor x = leaf({0.5, 2});
  int runs = 0;
  const auto pair = checkpoint(
      [&](const Tensor& t) {
        ++runs;
        return std::pair(exp(tanh(t)), sigmoid(tanh(t) * 2));
      },
      x);
  const std::vector<Tensor> list = checkpoint(
      [](const Tensor& t) {
        return std::vector<Tensor>{t * t, tanh(t) * t};
      },
      x);
  sum(pair.first * pair.second + list[0] * list[1]).backward();
  EXPECT_EQ(runs, 2);
  const Tensor y = x.detach().set_requires_grad();
  sum(exp(tanh(y)) * sigmoid(tanh(y) * 2) + (y * y) * (tanh(y) * y)).backward();
  EXPECT_TRUE(close(x.grad(), y.grad(), 1e-15));
}

// A second walk has what the first had computed again.
TEST(Checkpoint, IsWalkedTwice) {
  const Tensor x = leaf({0.5, 2});
  int runs = 0;
  const Tensor y = sum(checkpoint(
      [&](const Tensor& t) {
        ++runs;
        return square(tanh(t));
      },
      x));
  backward(y, {.retain_graph = true});
  const Values once = values(x.grad());
  y.backward();
  EXPECT_EQ(runs, 2);
  EXPECT_TRUE(close(values(x.grad()), Values{2 * once[0], 2 * once[1]}, 1e-15));
}

TEST(Checkpoint, InACheckpoint) {
  const Tensor x = leaf({0.5, 2}), w = leaf({1.5, 0.7});
  const auto inner = [&](const Tensor& t) { return tanh(exp(t * w)); };
  const auto outer = [&](const Tensor& t) {
    const Tensor h = sigmoid(checkpoint(inner, tanh(t) * 2));
    return square(checkpoint(inner, h) + h);
  };
  const auto plain = [&](const Tensor& t) {
    const Tensor h = sigmoid(inner(tanh(t) * 2));
    return square(inner(h) + h);
  };
  const auto right = grad(sum(plain(x)), {x, w}), saved = grad(sum(checkpoint(outer, x)), {x, w});
  for (std::size_t i = 0; i < right.size(); ++i) EXPECT_TRUE(same_bits(right[i], saved[i])) << i;
}

// Memory is what it is for: of a deep function only the ends stay.
TEST(Checkpoint, KeepsNoActivations) {
  constexpr std::int64_t kSide = 256, kOne = kSide * kSide * 4;
  const Tensor x = zeros({kSide, kSide}).set_requires_grad();
  const auto deep = [](const Tensor& t) {
    Tensor h = t;
    for (int i = 0; i < 10; ++i) h = tanh(h);
    return h;
  };
  const std::int64_t before = memory_stats().in_use;
  Tensor h = x;
  for (int i = 0; i < 4; ++i) h = checkpoint(deep, h);
  const Tensor loss = sum(h);
  EXPECT_LE(memory_stats().in_use - before, 5 * kOne);
  reset_peak_memory();
  loss.backward();
  EXPECT_LE(memory_stats().peak - before, (5 + 10 + 4) * kOne);
}

// What the function's author kept is not taken away.
TEST(Checkpoint, LeavesWhatSomebodyElseHolds) {
  const Tensor x = leaf({0.5, 2});
  Tensor kept;
  const Tensor y = sum(checkpoint(
      [&](const Tensor& t) {
        const Tensor h = tanh(t);
        if (!kept.defined()) kept = h.detach();
        return square(h);
      },
      x));
  EXPECT_TRUE(close(values(kept), Values{std::tanh(0.5), std::tanh(2)}, 1e-15));
  y.backward();
  EXPECT_TRUE(close(values(kept), Values{std::tanh(0.5), std::tanh(2)}, 1e-15));
}

TEST(Checkpoint, OfASequential) {
  nn::Sequential model{nn::Linear(5, 8), tanh, nn::Dropout(0.5), nn::Linear(8, 5), sigmoid, nn::Linear(5, 2)};
  const Tensor x = randn({4, 5}).set_requires_grad();
  std::vector<Tensor> inputs = model.parameters();
  inputs.push_back(x);
  const auto gradients = [&](const auto& run) {
    manual_seed(1);
    return grad(sum(square(run(x))), inputs);
  };
  const auto plain = gradients([&](const Tensor& t) { return model(t); });
  for (const std::int64_t segments : {1, 2, 3, 6, 9}) {
    const auto saved =
        gradients([&](const Tensor& t) { return nn::checkpoint_sequential(model, segments, t); });
    for (std::size_t i = 0; i < plain.size(); ++i)
      EXPECT_TRUE(same_bits(plain[i], saved[i])) << segments << " " << i;
  }
  EXPECT_ERROR(nn::checkpoint_sequential(model, 0, x), "[checkpoint_sequential] needs at least one segment");
  EXPECT_ERROR(model.run(2, 9, x), "[Sequential] no layers [2, 9), there are 6");
}

TEST(Checkpoint, RefusesInWords) {
  const Tensor x = leaf({1, 2}), w = tensor<double>({3, 4});
  const Tensor y = sum(checkpoint([](const Tensor& a, const Tensor& b) { return exp(a * b) * a; }, x, w));
  w.fill_(0);
  EXPECT_ERROR(y.backward(), "[checkpoint] input 1 [2] was changed in place after it was used");
  int runs = 0;
  const Tensor z = sum(checkpoint(
      [&](const Tensor& t) {
        const Tensor h = square(tanh(t));
        return ++runs == 1 ? h : h * 2;
      },
      x));
  EXPECT_ERROR(z.backward(), "[checkpoint] the function made other tensors when it ran again than at first");
}

}  // namespace
}  // namespace lepton::test
