// Hooks of modules: which calls they see, and what becomes of them when modules are copied and moved. What they see
// and in which order is compared with PyTorch in tests/autograd/hooks_golden_test.cpp.
#include "lepton/nn/module_hooks.hpp"

#include "lepton/autograd/backward.hpp"
#include "lepton/autograd/no_grad.hpp"
#include "lepton/compile/compile.hpp"
#include "lepton/models/resnet.hpp"
#include "lepton/nn/containers.hpp"
#include "lepton/nn/conv2d.hpp"
#include "lepton/nn/linear.hpp"
#include "lepton/nn/norm.hpp"
#include "lepton/nn/sequential.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/reduce.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

/// A module that knows nothing of hooks.
struct Twice : nn::Module {
  nn::Linear inner{3, 3};
  Tensor operator()(const Tensor& x) { return inner(inner(x)); }
  LEPTON_FIELDS(inner)
};

/// One that runs its own.
struct Willing : nn::Module {
  nn::LayerNorm norm{Shape{3}};
  Tensor operator()(const Tensor& x) {
    return with_hooks(x, [&](const Tensor& in) { return norm(in) * 2; });
  }
  LEPTON_FIELDS(norm)
};

HookHandle count_calls(nn::Module& m, int& calls) {
  return m.register_forward_hook([&](const Tensor&, const Tensor&) {
    ++calls;
    return Tensor();
  });
}

TEST(ModuleHooks, SeeEveryCallOnce) {
  nn::Sequential model{Twice(), Willing(), nn::Linear(3, 2)};
  int root = 0, twice = 0, inner = 0, willing = 0, norm = 0, last = 0;
  count_calls(model, root);
  count_calls(model.submodule("0"), twice);
  count_calls(model.submodule("0.inner"), inner);
  count_calls(model.submodule("1"), willing);
  count_calls(model.submodule("1.norm"), norm);
  count_calls(model.submodule("2"), last);
  model(ones({4, 3}));
  EXPECT_EQ((std::vector{root, twice, inner, willing, norm, last}), (std::vector{1, 1, 2, 1, 1, 1}));
  EXPECT_ERROR(model.submodule("3"), "[submodule] no module '3'; there are: 0, 0.inner, 1, 1.norm, 2");
}

TEST(ModuleHooks, OfAModuleThatKnowsNothingOfThem) {
  Twice module;
  int calls = 0;
  count_calls(module, calls);
  const Tensor x = ones({1, 3});
  const Tensor y = module(x);
  EXPECT_EQ(calls, 0);
  EXPECT_TRUE(same_bits(nn::call(module, x), y));
  EXPECT_EQ(calls, 1);
  nn::ModuleList list{Twice()};
  count_calls(list.submodule("0"), calls);
  list[0](x);
  EXPECT_EQ(calls, 2);
}

// Layers called by hand, as in the blocks of networks.
TEST(ModuleHooks, OfTheMembersOfANetwork) {
  models::ResNet net = models::resnet18({.classes = 4, .stem = models::ResNetStem::cifar, .width = 8});
  net.eval();
  int block = 0, conv = 0, whole = 0;
  Shape seen;
  count_calls(net.submodule("layer2.1"), block);
  count_calls(net.submodule("layer2.1.conv1"), conv);
  count_calls(net, whole);
  net.submodule("layer4.1").register_forward_hook([&](const Tensor&, const Tensor& y) {
    seen = y.shape();
    return Tensor();
  });
  net(ones({2, 3, 32, 32}));
  EXPECT_EQ((std::vector{block, conv, whole}), (std::vector{1, 1, 1}));
  EXPECT_EQ(seen, (Shape{2, 64, 4, 4}));
}

TEST(ModuleHooks, StayWithTheModule) {
  nn::Sequential model{nn::Linear(3, 3)};
  int calls = 0;
  const HookHandle handle = count_calls(model.submodule("0"), calls);
  nn::Sequential copy = model;
  copy(ones({1, 3}));
  EXPECT_EQ(calls, 0);
  model = copy;
  model(ones({1, 3}));
  EXPECT_EQ(calls, 1);
  nn::Sequential moved = std::move(model);
  moved(ones({1, 3}));
  EXPECT_EQ(calls, 2);
  handle.remove();
  moved(ones({1, 3}));
  EXPECT_EQ(calls, 2);
}

TEST(ModuleHooks, OfALayerThatWasMoved) {
  nn::Linear layer(3, 3);
  int calls = 0;
  count_calls(layer, calls);
  nn::Linear other(3, 3);
  other = std::move(layer);
  other(ones({1, 3}));
  EXPECT_EQ(calls, 1);
}

TEST(ModuleHooks, BackwardOnesWaitForNothingWithoutATape) {
  nn::Conv2d conv({.in = 1, .out = 1, .kernel = 1});
  int calls = 0;
  conv.register_backward_hook([&](const Tensor&, const Tensor&) {
    ++calls;
    return Tensor();
  });
  const Tensor x = ones({1, 1, 2, 2});
  {
    const NoGrad off;
    EXPECT_FALSE(conv(x).requires_grad());
  }
  sum(conv(x)).backward();
  EXPECT_EQ(calls, 1);
  conv.register_backward_hook([](const Tensor&, const Tensor&) { return ones({1}); });
  EXPECT_ERROR(sum(conv(x)).backward(), "[backward_hook] the input wants no gradient");
}

TEST(ModuleHooks, AreReplayedAndRecordedAnewWhenTheyChange) {
  nn::Sequential model{nn::Linear(3, 3)};
  auto step = compile([&](const Tensor& x) {
    const NoGrad off;
    return model(x);
  });
  const Tensor x = ones({2, 3}), y = step(x);
  const HookHandle handle =
      model.submodule("0").register_forward_hook([](const Tensor&, const Tensor& out) { return out * 10; });
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(same_bits(step(x), y * 10));
  handle.remove();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(same_bits(step(x), y));
  EXPECT_EQ(step.recordings(), 3);
}

}  // namespace
}  // namespace lepton::test
