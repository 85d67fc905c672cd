// Hooks of tensors and modules against what PyTorch's see, in which order: the scenarios of make_hooks_golden.py.
#include <functional>
#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "lepton/autograd/backward.hpp"
#include "lepton/autograd/hooks.hpp"
#include "lepton/autograd/no_grad.hpp"
#include "lepton/nn/linear.hpp"
#include "lepton/nn/sequential.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/reduce.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

using Event = std::pair<std::string, std::vector<double>>;
using Events = std::vector<Event>;

const std::map<std::string, Events> kGolden{
#include "tests/autograd/hooks_golden.inc"
};

/// What happened, in order.
struct Log {
  Events events;
  void operator()(const std::string& name, const Tensor& t = {}) {
    events.emplace_back(name, t.defined() ? values(t) : std::vector<double>());
  }
  using Change = std::function<Tensor(const Tensor&)>;
  GradientHook hook(const std::string& name, Change change = {}) {
    return [this, name, change](const Tensor& g) {
      (*this)(name, g);
      return change ? change(g) : Tensor();
    };
  }
  LeafHook look(const std::string& name) {
    return [this, name](const Tensor& leaf) { (*this)(name, leaf.grad()); };
  }
};

void leaf_hooks(Log& log) {
  const Tensor x = leaf({1, 2});
  register_hook(x, log.hook("first", [](const Tensor& g) { return 2 * g; }));
  register_hook(x, log.hook("second"));
  for (int i = 0; i < 2; ++i) {
    sum(x * x + 3 * x).backward();
    log("grad", x.grad());
  }
}

void result_hooks(Log& log) {
  const Tensor x = leaf({1, 2}), y = x * x, z = sum(y * 3 + y);
  register_hook(y, log.hook("first", [](const Tensor& g) { return -g; }));
  register_hook(y, log.hook("second"));
  z.backward();
  log("grad", x.grad());
}

void order(Log& log) {
  const Tensor x = leaf({1, 2}), w = leaf({3, 4}), y = x * 2, z = y * w;
  register_post_accumulate_hook(x, log.look("x accumulated"));
  register_post_accumulate_hook(w, log.look("w accumulated"));
  for (const auto& [name, t] : {std::pair("x", x), std::pair("w", w), std::pair("y", y), std::pair("z", z)})
    register_hook(t, log.hook(name));
  sum(z).backward();
}

void removal(Log& log) {
  const Tensor x = leaf({1, 2});
  const HookHandle first = register_hook(x, log.hook("first", [](const Tensor& g) { return 2 * g; }));
  HookHandle once;
  once = register_hook(x, [&](const Tensor& g) {
    log("once", g);
    once.remove();
    return Tensor();
  });
  sum(x).backward();
  EXPECT_TRUE(first.active());
  first.remove();
  first.remove();
  EXPECT_FALSE(first.active() || once.active());
  sum(x).backward();
  log("grad", x.grad());
}

void chosen_gradients(Log& log) {
  const Tensor x = leaf({1, 2}), y = x * x, other = leaf({5, 6});
  register_hook(x, log.hook("x", [](const Tensor& g) { return g + 1; }));
  register_post_accumulate_hook(x, log.look("accumulated"));
  register_hook(y, log.hook("y", [](const Tensor& g) { return g * 2; }));
  log("by x", grad(sum(y * 3), {x}, {.retain_graph = true})[0]);
  log("by y", grad(sum(y * 3), {y})[0]);
  register_hook(other, log.hook("other"));
  log("by x", grad(sum(x * other), {x})[0]);
}

void higher(Log& log) {
  const Tensor x = leaf({1, 2});
  register_hook(x, log.hook("x", [&x](const Tensor& g) { return g * x; }));
  const Tensor g = grad(sum(x * x * x), {x}, {.create_graph = true})[0];
  log("first", g);
  log("second", grad(sum(g), {x})[0]);
}

void update_in_backward(Log& log) {
  const Tensor a = leaf({1, 2}), b = leaf({3, 4});
  const LeafHook step = [&](const Tensor& p) {
    log("step", p.grad());
    const NoGrad off;
    p.add_(p.grad(), -0.5);
    p.zero_grad();
  };
  register_post_accumulate_hook(a, step);
  register_post_accumulate_hook(b, step);
  for (int i = 0; i < 2; ++i) {
    sum((a + a) + b).backward();
    log("a", a);
    log("b", b);
    log("kept", a.grad());
  }
}

nn::Linear linear_layer() {
  nn::Linear layer(2, 2);
  layer.to(f64);
  const NoGrad off;
  layer.weight->copy_(tensor<double>({{1, 2}, {3, -4}}));
  layer.bias->copy_(tensor<double>({0.5, -0.5}));
  return layer;
}

/// A row, and its sum over both axes as the loss: layers take matrices.
Tensor row_leaf() { return leaf({1, -1}, {1, 2}); }

void hook_forward(Log& log, nn::Module& m, const std::string& name, Log::Change change_x = {},
                  Log::Change change_y = {}) {
  m.register_forward_pre_hook([&log, name, change_x](const Tensor& x) {
    log(name + " x", x);
    return change_x ? change_x(x) : Tensor();
  });
  m.register_forward_hook([&log, name, change_y](const Tensor& x, const Tensor& y) {
    log(name + " in", x);
    log(name + " y", y);
    return change_y ? change_y(y) : Tensor();
  });
}

void hook_backward(Log& log, nn::Module& m, const std::string& name, Log::Change change = {},
                   Log::Change change_output = {}) {
  m.register_backward_pre_hook([&log, name, change_output](const Tensor& g) {
    log(name + " before", g);
    return change_output ? change_output(g) : Tensor();
  });
  m.register_backward_hook([&log, name, change](const Tensor& by_y, const Tensor& by_x) {
    log(name + " by y", by_y);
    log(name + " by x", by_x);
    return change && by_x.defined() ? change(by_x) : Tensor();
  });
}

void module_hooks(Log& log) {
  nn::Linear layer = linear_layer();
  const Tensor x = row_leaf();
  hook_forward(
      log, layer, "first", [](const Tensor& t) { return 2 * t; }, [](const Tensor& t) { return t + 1; });
  hook_forward(log, layer, "second", [](const Tensor& t) { return t - 1; });
  hook_backward(
      log, layer, "first", [](const Tensor& g) { return 3 * g; }, [](const Tensor& g) { return 10 * g; });
  hook_backward(log, layer, "second");
  const Tensor y = layer(x);
  log("y", y);
  sum(y).backward();
  log("x", x.grad());
  log("weight", layer.weight->grad());
}

void module_without_input_gradient(Log& log) {
  nn::Linear layer = linear_layer();
  hook_backward(log, layer, "layer");
  sum(layer(row_leaf().detach())).backward();
  log("weight", layer.weight->grad());
}

void nested_modules(Log& log) {
  nn::Sequential model{linear_layer(), relu, linear_layer()};
  for (const char* path : {"", "0", "2"}) {
    const std::string name = *path ? path : "model";
    hook_forward(log, model.submodule(path), name);
    hook_backward(log, model.submodule(path), name);
  }
  sum(model(row_leaf())).backward();
}

void module_higher(Log& log) {
  nn::Linear layer = linear_layer();
  const Tensor x = row_leaf();
  hook_backward(log, layer, "layer", [](const Tensor& g) { return g * g; });
  const Tensor y = layer(x);
  const Tensor g = grad(sum(y * y * y), {x}, {.create_graph = true})[0];
  log("first", g);
  log("second", grad(sum(g), {x})[0]);
}

const std::map<std::string, void (*)(Log&)> kScenarios{
    {"leaf_hooks", leaf_hooks},
    {"result_hooks", result_hooks},
    {"order", order},
    {"removal", removal},
    {"chosen_gradients", chosen_gradients},
    {"higher", higher},
    {"update_in_backward", update_in_backward},
    {"module_hooks", module_hooks},
    {"module_without_input_gradient", module_without_input_gradient},
    {"nested_modules", nested_modules},
    {"module_higher", module_higher},
};

TEST(HooksGolden, RunAsPyTorchs) {
  ASSERT_EQ(kScenarios.size(), kGolden.size());
  for (const auto& [name, scenario] : kScenarios) {
    Log log;
    scenario(log);
    const Events& expected = kGolden.at(name);
    ASSERT_EQ(log.events.size(), expected.size()) << name;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(log.events[i].first, expected[i].first) << name << " " << i;
      EXPECT_TRUE(close(log.events[i].second, expected[i].second, 1e-12))
          << name << " " << i << " " << expected[i].first;
    }
  }
}

}  // namespace
}  // namespace lepton::test
