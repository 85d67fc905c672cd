// Operations written outside the library.
#include "lepton/autograd/custom_op.hpp"

#include "lepton/autograd/backward.hpp"
#include "lepton/compile/compile.hpp"
#include "lepton/core/memory.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/reduce.hpp"
#include "tests/support/differences.hpp"

namespace lepton::test {
namespace {

using Values = std::vector<double>;

struct Axpby {  // y = a x + b z
  static constexpr auto name = "axpby";
  double a, b;
  Tensor forward(const Tensor& x, const Tensor& z) const { return a * x + b * z; }
  Grads backward(const Saved&, const Tensor& g) const { return {a * g, b * g}; }
};

/// x^3, whose gradient reads the input.
struct Cube {
  static constexpr auto name = "cube";
  Tensor forward(const Tensor& x) const { return x * x * x; }
  Grads backward(const Saved& saved, const Tensor& g) const { return g * 3 * square(saved.input(0)); }
};

/// e^x, whose gradient reads the output.
struct Grow {
  static constexpr auto name = "grow";
  static constexpr unsigned saves_inputs = 0;
  Tensor forward(const Tensor& x) const { return exp(x); }
  Grads backward(const Saved& saved, const Tensor& g) const { return g * saved.output(); }
};

/// The identity, whose gradient is doubled.
struct Doubled {
  static constexpr auto name = "doubled";
  Tensor forward(const Tensor& x) const { return x; }
  Grads backward(const Saved&, const Tensor& g) const { return 2 * g; }
};

/// Rounds; the gradient passes straight through, and none goes to the second input.
struct StraightThrough {
  static constexpr auto name = "straight_through";
  Tensor forward(const Tensor& x, const Tensor& scale) const {
    return (x * scale).to(i64).to(x.dtype()) / scale;
  }
  Grads backward(const Saved&, const Tensor& g) const { return {g, Tensor()}; }
};

TEST(CustomOp, ValueAndGradient) {
  const Tensor x = leaf({1, 2}), z = leaf({3, 4});
  const Tensor y = custom_op(Axpby{2, 3}, x, z);
  EXPECT_EQ(values(y), (Values{11, 16}));
  backward(y, {.gradient = tensor<double>({1, 10})});
  EXPECT_EQ(values(x.grad()), (Values{2, 20}));
  EXPECT_EQ(values(z.grad()), (Values{3, 30}));
}

TEST(CustomOp, MatchesDifferencesTwice) {
  const Tensor x = leaf({0.3, -1.2, 0.8});
  for (const bool cube : {true, false}) {
    const auto f = [&](const Tensor& t) { return cube ? custom_op(Cube{}, t) : custom_op(Grow{}, t); };
    const NumberOf value = [&](const TensorList& at) { return sum(f(at[0])).item(); };
    const Tensor first = grad(sum(f(x)), {x}, {.create_graph = true})[0];
    EXPECT_TRUE(matches_differences(value, {x}, 0, first, 1e-8));
    const NumberOf slope = [&](const TensorList& at) {
      const Tensor moved = at[0].detach().set_requires_grad();
      return sum(square(grad(sum(f(moved)), {moved})[0])).item();
    };
    EXPECT_TRUE(matches_differences(slope, {x}, 0, grad(sum(square(first)), {x})[0], 1e-7));
  }
}

TEST(CustomOp, ResultMayBeAnInput) {
  const Tensor x = leaf({1, 2});
  const Tensor y = custom_op(Doubled{}, x);
  EXPECT_FALSE(y.ref() == x.ref());
  sum(y).backward();
  EXPECT_EQ(values(x.grad()), (Values{2, 2}));
}

TEST(CustomOp, NoGradientForAnInput) {
  const Tensor x = leaf({1.26, 2.74}), scale = leaf({10, 10});
  const Tensor y = custom_op(StraightThrough{}, x, scale);
  EXPECT_TRUE(close(values(y), {1.2, 2.7}, 1e-12));
  sum(y).backward();
  EXPECT_EQ(values(x.grad()), (Values{1, 1}));
  EXPECT_FALSE(scale.grad().defined());
}

TEST(CustomOp, OffTheTapeWhereNobodyAsks) {
  EXPECT_FALSE(custom_op(Cube{}, tensor<double>({1, 2})).requires_grad());
  const Tensor x = leaf({1});
  const NoGrad off;
  EXPECT_FALSE(custom_op(Cube{}, x).requires_grad());
}

TEST(CustomOp, NoticesChangedInputs) {
  const Tensor x = leaf({1, 2});
  const Tensor h = x * 1.0, y = sum(custom_op(Cube{}, h));
  h.detach().fill_(0);
  EXPECT_ERROR(y.backward(), "[cube] input 0 [2] was changed in place");
}

TEST(CustomOp, LeavesNothingBehind) {
  const std::int64_t before = memory_stats().in_use;
  {
    const Tensor x = leaf({1, 2});
    sum(custom_op(Grow{}, custom_op(Cube{}, x))).backward();
    custom_op(Grow{}, x);
  }
  EXPECT_EQ(memory_stats().in_use, before);
}

TEST(CustomOp, IsCaptured) {
  const auto f = [](const Tensor& x) {
    Tensor leaf = x.detach();
    leaf.set_requires_grad();
    return grad(sum(custom_op(Cube{}, custom_op(Grow{}, leaf))), {leaf})[0];
  };
  auto step = compile(f);
  for (const double v : {0.1, 0.2, 0.3}) {
    const Tensor x = tensor<double>({v, -v});
    EXPECT_TRUE(same_bits(step(x), f(x)));
  }
  EXPECT_EQ(step.recordings(), 1);
}

}  // namespace
}  // namespace lepton::test
