// Every row's first and second derivatives, against central differences of its values and of its gradients.
#include "lepton/ops/binary.hpp"
#include "lepton/ops/reduce.hpp"
#include "tests/ops/op_table.hpp"
#include "tests/support/differences.hpp"
#include "tests/support/layouts.hpp"

namespace lepton::test {
namespace {

class GradientTest : public OpTable {};

TEST_P(GradientTest, MatchesDifferences) {
  for (const Inputs& inputs : row().inputs) {
    const Tensors x = draw(inputs);
    const Tensor w = weights(expected(x).shape, 3);
    const Tensors g = gradients(inputs, x, {.gradient = w});
    const NumberOf number = [&](const TensorList& at) { return dot(call(at), w); };
    const auto by = real_arguments(inputs);
    for (std::size_t i = 0; i < by.size(); ++i) {
      ASSERT_TRUE(g[i].defined());
      EXPECT_TRUE(matches_differences(number, x, by[i], g[i], 1e-7));
    }
  }
}

// What runs in f32 are other kernels.
TEST_P(GradientTest, Float32FollowsFloat64) {
  for (const Inputs& inputs : row().inputs) {
    const Tensors x = draw(inputs, f32);
    Tensors same;
    for (const Tensor& t : x) {
      same.push_back(t.dtype() == f32 ? t.detach().to(f64) : t);
      if (t.requires_grad()) same.back().set_requires_grad();
    }
    const Tensors g = gradients(inputs, x), right = gradients(inputs, same);
    for (std::size_t i = 0; i < g.size(); ++i) {
      EXPECT_EQ(g[i].dtype(), f32);
      EXPECT_TRUE(close(g[i], right[i], 5 * row().f32_tolerance)) << "argument " << i;
    }
  }
}

TEST_P(GradientTest, AnyLayout) {
  for (const Inputs& inputs : row().inputs) {
    const Tensors x = draw(inputs);
    const Tensors right = gradients(inputs, x);
    for (const std::size_t i : real_arguments(inputs))
      for (const auto& [name, other] : layouts_of(x[i])) {
        Tensors changed = x;
        changed[i] = Tensor(other).set_requires_grad();
        const Tensors g = gradients(inputs, changed);
        for (std::size_t k = 0; k < g.size(); ++k)
          EXPECT_TRUE(close(g[k], right[k], 1e-12)) << "argument " << i << " " << name;
      }
    // The gradient that comes in may lie otherwise too.
    const Shape shape = expected(x).shape;
    for (const auto& [name, w] : layouts_of(weights(shape, 3))) {
      const Tensors g = gradients(inputs, x, {.gradient = w});
      for (std::size_t k = 0; k < g.size(); ++k)
        EXPECT_TRUE(close(g[k], right[k], 1e-12)) << "incoming gradient " << name;
    }
  }
}

// Recorded for another derivative, the walk gives the same gradients as the fused kernels.
TEST_P(GradientTest, SameWhenRecorded) {
  for (const Inputs& inputs : row().inputs) {
    const Tensors x = draw(inputs);
    const Tensors g = gradients(inputs, x), recorded = gradients(inputs, x, {.create_graph = true});
    for (std::size_t k = 0; k < g.size(); ++k)
      EXPECT_TRUE(close(recorded[k], g[k], 1e-12)) << "argument " << k;
  }
}

LEPTON_FOR_ROWS(GradientTest, rows_with_derivatives(1));

class SecondGradientTest : public OpTable {
 protected:
  /// The gradients' sum with fixed weights; `all` is the arguments and, last, the gradient that comes in.
  Tensor weighted_gradients(const Inputs& inputs, const TensorList& all, bool create_graph) const {
    const TensorList x(all.begin(), all.end() - 1);
    const Tensors g = gradients(inputs, x, {.gradient = all.back(), .create_graph = create_graph});
    Tensor total;
    for (std::size_t i = 0; i < g.size(); ++i) {
      const Tensor part = sum(g[i] * weights(g[i].shape(), unsigned(10 + i)));
      total = total.defined() ? total + part : part;
    }
    return total;
  }
};

TEST_P(SecondGradientTest, MatchesDifferencesOfTheFirst) {
  for (const Inputs& inputs : row().inputs) {
    TensorList all = draw(inputs);
    all.push_back(weights(expected(all).shape, 3).set_requires_grad());
    auto by = real_arguments(inputs);
    by.push_back(all.size() - 1);

    const Tensor total = weighted_gradients(inputs, all, true);
    ASSERT_TRUE(total.requires_grad());
    TensorList wanted;
    for (const std::size_t i : by) wanted.push_back(all[i]);
    const TensorList second = grad(total, wanted);
    const NumberOf number = [&](TensorList at) {
      for (const std::size_t i : by) at[i] = at[i].detach().set_requires_grad();
      return weighted_gradients(inputs, at, false).item();
    };
    for (std::size_t i = 0; i < by.size(); ++i) {
      // Undefined stands for zero: the gradient does not depend on it.
      const Tensor g = second[i].defined() ? second[i] : zeros_like(all[by[i]]);
      EXPECT_TRUE(matches_differences(number, all, by[i], g, 1e-7)) << to_string(all[0].shape());
    }
  }
}

LEPTON_FOR_ROWS(SecondGradientTest, rows_with_derivatives(2));

}  // namespace
}  // namespace lepton::test
