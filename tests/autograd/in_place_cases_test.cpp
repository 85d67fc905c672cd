// Each kind of value that an operation may keep, changed in each way that there is before the gradient comes: the
// cases of PyTorch's test_autograd.py (test_inplace, test_version_counter, test_saved_variable ...), as far as they
// can be written.
#include <string_view>
#include <utility>

#include "lepton/autograd/backward.hpp"
#include "lepton/autograd/no_grad.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/embedding.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/gather.hpp"
#include "lepton/ops/index.hpp"
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/logic.hpp"
#include "lepton/ops/loss.hpp"
#include "lepton/ops/maths.hpp"
#include "lepton/ops/matmul.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/ops/softmax.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

/// A way to write, to any tensor of a matrix's shape.
struct Write {
  const char* name;
  void (*to)(const Tensor&);
};
const Write kWrites[] = {
    {"fill_", [](const Tensor& t) { t.fill_(1); }},
    {"zero_", [](const Tensor& t) { t.zero_(); }},
    {"mul_", [](const Tensor& t) { t.mul_(2); }},
    {"add_", [](const Tensor& t) { t.add_(t); }},
    {"copy_", [](const Tensor& t) { t.copy_(zeros_like(t)); }},
    {"index_put_", [](const Tensor& t) { t.index_put_({0}, 1); }},
    {"by detach", [](const Tensor& t) { t.detach().fill_(1); }},
    {"by select", [](const Tensor& t) { t.select(0, 1).fill_(1); }},
    {"by slice", [](const Tensor& t) { t.slice(0, 0, 1).fill_(1); }},
    {"by transpose", [](const Tensor& t) { t.transpose(0, 1).fill_(1); }},
    {"by reshape", [](const Tensor& t) { t.reshape({t.numel()}).fill_(1); }},
    {"by a view of a view", [](const Tensor& t) { t.detach().unsqueeze(0).select(2, 0).fill_(1); }},
};

TEST(InPlaceCases, EveryWayToWriteIsNoticed) {
  for (const Write& write : kWrites) {
    const Tensor x = leaf({1, 2, 3, 4}, {2, 2}), w = tensor<double>({{5, 6}, {7, 8}});
    const Tensor y = sum(x * w);
    write.to(w);
    EXPECT_ERROR(y.backward(), "[mul] input 1 [2, 2] was changed in place") << write.name;
    const Tensor h = x.detach().set_requires_grad() * 2, z = sum(exp(h));
    {
      const NoGrad off;
      write.to(h);
    }
    EXPECT_NO_THROW(z.backward()) << write.name;  // exp keeps its result, not what came in
  }
}

/// An operation, and a tensor that it keeps.
struct Kept {
  const char* name;
  /// Gives the result of an operation on x and the tensor to be changed.
  std::pair<Tensor, Tensor> (*run)(const Tensor& x);
};
Tensor matrix() { return tensor<double>({{0.5, 2}, {3, 4}}); }
Tensor index() { return tensor<std::int64_t>({{0, 1}, {1, 0}}); }

template <class F> std::pair<Tensor, Tensor> with(const Tensor& other, F f) { return {f(other), other}; }
template <class F> std::pair<Tensor, Tensor> own(const Tensor& y, F look) { return {y, look(y)}; }

const Kept kKept[] = {
    {"mul", [](const Tensor& x) { return with(matrix(), [&](const Tensor& w) { return x * w; }); }},
    {"div", [](const Tensor& x) { return with(matrix(), [&](const Tensor& w) { return x / w; }); }},
    {"pow", [](const Tensor& x) { return with(matrix(), [&](const Tensor& w) { return pow(x, w); }); }},
    {"maximum",
     [](const Tensor& x) { return with(matrix(), [&](const Tensor& w) { return maximum(x, w); }); }},
    {"where",
     [](const Tensor& x) { return with(matrix() > 1, [&](const Tensor& c) { return where(c, x, x * 2); }); }},
    {"matmul", [](const Tensor& x) { return with(matrix(), [&](const Tensor& w) { return matmul(x, w); }); }},
    {"linear",
     [](const Tensor& x) { return with(matrix(), [&](const Tensor& w) { return linear(x, w, {}); }); }},
    {"gather",
     [](const Tensor& x) { return with(index(), [&](const Tensor& i) { return gather(x, 1, i); }); }},
    {"index_select",
     [](const Tensor& x) {
       return with(tensor<std::int64_t>({1, 0}), [&](const Tensor& i) { return index_select(x, 0, i); });
     }},
    {"cross_entropy",
     [](const Tensor& x) {
       return with(tensor<std::int64_t>({1, 0}), [&](const Tensor& t) { return cross_entropy(x, t); });
     }},
    {"binary_cross_entropy_with_logits",
     [](const Tensor& x) {
       return with(matrix() / 5, [&](const Tensor& t) { return binary_cross_entropy_with_logits(x, t); });
     }},
    {"exp", [](const Tensor& x) { return own(exp(x), [](const Tensor& y) { return y.detach(); }); }},
    {"sigmoid", [](const Tensor& x) { return own(sigmoid(x), [](const Tensor& y) { return y.detach(); }); }},
    {"softmax",
     [](const Tensor& x) { return own(softmax(x, 1), [](const Tensor& y) { return y.detach(); }); }},
    {"tanh, by a view",
     [](const Tensor& x) { return own(tanh(x), [](const Tensor& y) { return y.detach().transpose(); }); }},
};

TEST(InPlaceCases, EveryKeptValueIsGuarded) {
  for (const Kept& kept : kKept) {
    const Tensor x = leaf({1, 2, 3, 4}, {2, 2});
    const auto [y, value] = kept.run(x);
    const Tensor loss = sum(y);
    value.fill_(1);
    EXPECT_ERROR(loss.backward(), "was changed in place after it was used") << kept.name;
  }
}

TEST(InPlaceCases, WhatIsNotKeptMayChange) {
  const Tensor x = leaf({1, 2, 3, 4}, {2, 2}), w = matrix();
  const Tensor results[] = {
      x + w, x - w,         sum(x, {0}),       x.transpose(), cat({x, w}), stack({x, w}), x.expand({3, 2, 2}),
      x * 3, x.slice(0, 1), clamp(x + w, 0, 9)};
  w.zero_();
  for (const Tensor& y : results) EXPECT_NO_THROW(sum(y).backward());
}

TEST(InPlaceCases, LeavesAndTheirViewsAreRefused) {
  const Tensor x = leaf({1, 2, 3, 4}, {2, 2});
  for (const Write& write : kWrites) {
    const std::string_view name = write.name;
    if (name == "by detach" || name == "by a view of a view") continue;
    EXPECT_ERROR(write.to(x), "would overwrite a tensor that the tape needs") << name;
  }
  EXPECT_EQ(x.to_vector<double>(), (std::vector<double>{1, 2, 3, 4}));
}

// The first walk may be over when the change comes, the second needs the value still.
TEST(InPlaceCases, BetweenTwoWalks) {
  const Tensor x = leaf({1, 2}), w = tensor<double>({3, 4});
  const Tensor y = sum(x * x * w);
  y.backward();
  w.fill_(0);  // nothing is kept any more
  const Tensor z = sum(x * x * w);
  backward(z, {.retain_graph = true});
  w.fill_(1);
  EXPECT_ERROR(z.backward(), "was changed in place");
}

TEST(InPlaceCases, BetweenAGradientAndItsGradient) {
  const Tensor x = leaf({1, 2}), w = tensor<double>({3, 4});
  const Tensor g = grad(sum(square(x * w)), {x}, {.create_graph = true})[0];
  w.fill_(0);
  EXPECT_ERROR(grad(sum(g), {x}), "was changed in place");
}

TEST(InPlaceCases, TheGradientThatIsGivenMayChangeAfterwards) {
  const Tensor x = leaf({1, 2}), seed = tensor<double>({1, 1});
  backward(x * 2, {.gradient = seed});
  seed.fill_(7);
  backward(x + 0, {.gradient = seed});
  const Tensor kept = x.grad();
  seed.fill_(9);
  EXPECT_EQ(kept.to_vector<double>(), (std::vector<double>{9, 9}));
}

// As in PyTorch: a change before the operation is none of its business, nor is one to a copy.
TEST(InPlaceCases, ChangesThatDoNotMatter) {
  const Tensor x = leaf({1, 2}), w = tensor<double>({3, 4});
  w.mul_(2);
  const Tensor y = sum(x * w);
  w.clone().zero_();
  w.to(f32).zero_();
  y.backward();
  EXPECT_EQ(x.grad().to_vector<double>(), (std::vector<double>{6, 8}));
}

}  // namespace
}  // namespace lepton::test
