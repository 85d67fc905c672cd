// What the tape holds, when it lets go, and how long chains of it die.
#include <thread>

#include "lepton/autograd/backward.hpp"
#include "lepton/core/memory.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/loss.hpp"
#include "lepton/ops/matmul.hpp"
#include "lepton/ops/norm.hpp"
#include "lepton/ops/pool.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/ops/softmax.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

std::int64_t bytes_in_use() { return memory_stats().in_use; }

Tensor big_leaf() {
  Tensor x = rand({256, 256});
  return x.set_requires_grad();
}

// Many nodes keep their output; if it kept the node alive in turn, neither would ever be freed.
TEST(TapeMemory, SavedOutputsDoNotLeak) {
  const std::int64_t before = bytes_in_use();
  {
    const Tensor x = big_leaf();
    Tensor h = softmax(tanh(exp(relu(sigmoid(x)))));
    h = batch_norm(h, {}, {}, {}, {});
    h = dropout(max_pool2d(h.reshape({1, 4, 128, 128}), 2), 0.5);
    sum(h) + max(x);  // never walked
  }
  EXPECT_EQ(bytes_in_use(), before);
}

TEST(TapeMemory, NothingLeftAfterAWalk) {
  const std::int64_t before = bytes_in_use();
  {
    const Tensor x = big_leaf();
    sum(softmax(tanh(matmul(x, x)))).backward();
    EXPECT_TRUE(x.grad().defined());
  }
  EXPECT_EQ(bytes_in_use(), before);
}

TEST(TapeMemory, NothingLeftAfterHigherOrders) {
  const std::int64_t before = bytes_in_use();
  {
    const Tensor x = big_leaf();
    const Tensor g = grad(sum(exp(softmax(x))), {x}, {.create_graph = true})[0];
    grad(sum(g * g), {x});
  }
  EXPECT_EQ(bytes_in_use(), before);
}

TEST(TapeMemory, NothingLeftAfterAnError) {
  const std::int64_t before = bytes_in_use();
  {
    const Tensor x = big_leaf();
    const Tensor h = exp(x), y = sum(h * h);
    h.detach().zero_();
    EXPECT_ERROR(y.backward(), "was changed in place");
  }
  EXPECT_EQ(bytes_in_use(), before);
}

// The walk frees what it has passed: the peak stays near the forward pass's.
TEST(TapeMemory, WalkConsumesTheTape) {
  constexpr int kSteps = 40;
  const Tensor x = big_leaf();
  Tensor loss;
  {
    Tensor h = x;
    for (int i = 0; i < kSteps; ++i) h = tanh(h);
    loss = sum(h);
  }
  const std::int64_t forward = bytes_in_use(), one = 256 * 256 * 4;
  EXPECT_GE(forward, kSteps * one);
  reset_peak_memory();
  loss.backward();
  EXPECT_LE(memory_stats().peak, forward + 4 * one);
  EXPECT_LE(bytes_in_use(), 4 * one + forward - kSteps * one);
}

constexpr int kDeep = 100'000;

Tensor deep_chain(const Tensor& x) {
  Tensor h = x;
  for (int i = 0; i < kDeep; ++i) h = h + 1e-6;
  return h;
}

TEST(TapeMemory, DeepChainIsWalked) {
  const Tensor x = leaf({1, 2});
  sum(deep_chain(x)).backward();
  EXPECT_EQ(values(x.grad()), (std::vector<double>{1, 1}));
}

TEST(TapeMemory, DeepChainIsDestroyedWithoutAWalk) {
  const std::int64_t before = bytes_in_use();
  deep_chain(leaf({1, 2}));
  EXPECT_EQ(bytes_in_use(), before);
}

// Each operation keeps its input here: tensors and nodes in turn.
TEST(TapeMemory, DeepChainThatSavesItsInputs) {
  const std::int64_t before = bytes_in_use();
  {
    Tensor h = leaf({1, 2});
    for (int i = 0; i < kDeep; ++i) h = h * h;
  }
  {
    Tensor h = leaf({1, 2});
    for (int i = 0; i < kDeep; ++i) h = sigmoid(h);
  }
  EXPECT_EQ(bytes_in_use(), before);
}

// A steady training loop asks the system for nothing.
TEST(TapeMemory, SteadyLoopNeedsNoNewMemory) {
  const Tensor x = big_leaf();
  const auto step = [&] {
    sum(tanh(matmul(x, x)) * x).backward();
    x.zero_grad();
  };
  for (int i = 0; i < 3; ++i) step();
  const auto before = memory_stats();
  for (int i = 0; i < 20; ++i) step();
  EXPECT_EQ(memory_stats().system_calls, before.system_calls);
  EXPECT_EQ(memory_stats().in_use, before.in_use);
}

// Threads have tapes of their own; one made in another thread can be walked here, and gone on with.
TEST(TapeThreads, TapeCrossesThreads) {
  const Tensor x = leaf({1, 2});
  for (int i = 0; i < 10; ++i) (void)(x * 2.0);  // this thread has counted further than the other will
  Tensor h = x * 2.0;
  Tensor y;
  std::thread([&] { y = sum(h * h + h); }).join();
  y.backward();
  EXPECT_EQ(values(x.grad()), (std::vector<double>{10, 18}));
}

TEST(TapeThreads, SeveralWalkAtOnce) {
  std::vector<std::thread> threads;
  std::vector<Tensor> leaves;
  for (int t = 0; t < 4; ++t) leaves.push_back(leaf({1.0 + t, 2}));
  for (const Tensor& x : leaves)
    threads.emplace_back([x] {
      for (int i = 0; i < 50; ++i) sum(x * x * x).backward();
    });
  for (auto& thread : threads) thread.join();
  for (int t = 0; t < 4; ++t)
    EXPECT_TRUE(close(values(leaves[std::size_t(t)].grad()), {150 * (1.0 + t) * (1.0 + t), 600}, 1e-12));
}

}  // namespace
}  // namespace lepton::test
