// Autocast: rows of products and convolutions with factors rounded to bf16, and what it leaves alone.
#include "lepton/core/autocast.hpp"

#include <cmath>
#include <optional>
#include <set>
#include <thread>

#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/conv.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/matmul.hpp"
#include "lepton/ops/reduce.hpp"
#include "tests/ops/op_table.hpp"
#include "tests/support/differences.hpp"
#include "tests/support/tuning.hpp"

namespace lepton::test {
namespace {

/// Rounded to bf16, in the type that it has.
Tensor rounded(const Tensor& x) { return cast(cast(x.detach(), bf16), x.dtype()); }

std::vector<const OpCase*> product_rows() {
  return rows_where([](const OpCase& row) { return row.op == "matmul" || row.op == "linear" || row.op == "conv2d"; });
}

class AutocastTest : public OpTable {
 protected:
  /// Small inputs, and the large ones, for which kernels are cut into shards and blocks.
  std::vector<Inputs> all_inputs() const {
    std::vector<Inputs> all = row().inputs;
    if (!row().large.empty()) all.push_back(row().large);
    return all;
  }
  /// Factors are rounded; a bias is none.
  static bool is_factor(std::size_t argument) { return argument < 2; }

  struct Result {
    Tensor y;
    Tensors first, second;  ///< gradients by the arguments; of those, with weights, also by the one that comes in
  };
  /// Numbers that bf16 has.
  static Tensor weight(const Tensor& like, unsigned seed) {
    return rounded(weights(like.shape(), seed)).to(like.dtype());
  }
  /// The forward pass under a guard, the walks outside.
  Result run(const Tensors& x, DType allowed, bool create_graph = true) const {
    Result r;
    {
      const Autocast guard(allowed);
      r.y = call(x);
    }
    Tensor g = weight(r.y, 3).set_requires_grad(create_graph);
    r.first = grad(r.y, x, {.gradient = g, .create_graph = create_graph});
    if (!create_graph) return r;
    Tensor total;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const Tensor part = sum(r.first[i] * weight(r.first[i], unsigned(10 + i)));
      total = total.defined() ? total + part : part;
    }
    Tensors by = x;
    by.push_back(g);
    r.second = grad(total, by);
    return r;
  }
  Tensors leaves(const Tensors& x, const std::function<Tensor(const Tensor&, bool factor)>& change) const {
    Tensors changed;
    for (std::size_t i = 0; i < x.size(); ++i)
      changed.push_back(change(x[i].detach().to(f64), is_factor(i)).set_requires_grad());
    return changed;
  }
};

// Factors are rounded once and nothing else is: on factors that were rounded before, f64 gives the same but for sums
// in f32, values and first and second gradients alike. Without rounding the two would differ by 0.2 %. A convolution
// that no kernel does in bf16 stays f32, pass by pass.
TEST_P(AutocastTest, RoundsFactorsAndNothingElse) {
  const Tuned tuned(kAllBf16);
  const double tolerance = 5 * row().f32_tolerance;
  for (const Inputs& inputs : all_inputs()) {
    SCOPED_TRACE(to_string(inputs[0].shape));
    const Tensors x = draw(inputs, f32);
    const auto list = [](Result r) {
      r.first.insert(r.first.begin(), r.y);
      r.first.insert(r.first.end(), r.second.begin(), r.second.end());
      return r.first;
    };
    const Tensors found = list(run(x, bf16)), plain = list(run(leaves(x, [](const Tensor& t, bool) { return t; }), f32)),
                  right = list(run(leaves(x, [](const Tensor& t, bool factor) { return factor ? rounded(t) : t; }), f32));
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_EQ(found[i].defined(), right[i].defined());
      if (!found[i].defined()) continue;
      EXPECT_EQ(found[i].dtype(), f32);
      if (row().op == "conv2d" && close(found[i], plain[i], 4 * tolerance)) continue;  // Winograd's sums
      EXPECT_TRUE(close(found[i], right[i], tolerance))
          << (i == 0 ? "value" : i <= x.size() ? "gradient" : "second gradient") << " " << i;
    }
  }
}

// bf16 keeps 8 bits, so rounding moves a factor by at most 2^-8 of it, a product of two by 2^-7 + 2^-16. A sum of
// products is off by no more than that share of the sum of their magnitudes, which is what the same call gives for
// magnitudes; the order of an f32 sum adds less than the 1 % allowed on top.
// So it is whatever this machine's table chooses, too.
TEST_P(AutocastTest, StaysWithinTheRoundingOfFactors) {
  const auto within = [](const Tensor& y, const Tensor& right, const Tensor& magnitudes) {
    const auto a = values(y.detach()), b = values(right.detach()), most = values(magnitudes.detach());
    for (std::size_t i = 0; i < a.size(); ++i)
      if (!(std::fabs(a[i] - b[i]) <= 1.01 * 0x1p-7 * most[i] + 1e-7))
        return AssertionFailure() << "element " << i << ": " << a[i] << ", not " << b[i] << " +- " << most[i] * 0x1p-7;
    return AssertionSuccess();
  };
  for (const bool forced : {true, false}) {
    const std::optional<Tuned> tuned = forced ? std::make_optional<Tuned>(kAllBf16) : std::nullopt;
    for (const Inputs& inputs : all_inputs()) {
      const Tensors x = draw(inputs, f32);
      const Result y = run(x, bf16, false), right = run(leaves(x, [](const Tensor& t, bool) { return t; }), f32, false);
      const Tensors magnitudes = leaves(x, [](const Tensor& t, bool) { return abs(t); });
      const Tensor most = call(magnitudes);
      const Tensors most_first = grad(most, magnitudes, {.gradient = abs(weight(most, 3))});
      EXPECT_TRUE(within(y.y, right.y, most));
      for (std::size_t i = 0; i < x.size(); ++i)
        EXPECT_TRUE(within(y.first[i], right.first[i], most_first[i])) << "gradient by argument " << i;
    }
  }
}

TEST_P(AutocastTest, LeavesF64Alone) {
  const Tuned tuned(kAllBf16);
  for (const Inputs& inputs : row().inputs) {
    const Tensors x = draw(inputs);
    const Result y = run(x, bf16), right = run(x, f32);
    EXPECT_TRUE(same_bits(y.y, right.y));
    for (std::size_t i = 0; i < x.size(); ++i) EXPECT_TRUE(same_bits(y.first[i], right.first[i]));
  }
}

LEPTON_FOR_ROWS(AutocastTest, product_rows());

// All other rows, whatever a tuning says of products.
class AutocastElsewhereTest : public OpTable {};

TEST_P(AutocastElsewhereTest, ChangesNoBit) {
  const Tuned tuned(kAllBf16);
  for (const Inputs& inputs : row().inputs) {
    const Tensors x = draw(inputs, f32);
    const Tensor plain = call(x);
    const Autocast guard(bf16);
    EXPECT_TRUE(same_bits(call(x), plain));
  }
}

/// Whether an operation is made of products, which autocast is for.
bool multiplies(const std::string& op) {
  const std::string name = op.substr(0, op.find('('));
  return std::set<std::string>{"matmul", "linear", "bilinear", "einsum",    "bmm", "mv",
                               "addmm",  "addmv",  "baddbmm",  "tensordot"}
             .contains(name) ||
         name.starts_with("conv");
}

LEPTON_FOR_ROWS(AutocastElsewhereTest, rows_where([](const OpCase& row) { return !multiplies(row.op); }));

/// Two numbers that bf16 has not, their product without and with rounding.
struct Pair16 {
  Tensor a = full({1, 1}, 1 + 0x1p-9), b = full({1, 1}, 1 + 0x1p-10);
  double exact = (1 + 0x1p-9) * (1 + 0x1p-10), rounded = 1;
};

TEST(AutocastState, backward_does_what_forward_did) {
  const Tuned tuned(kAllBf16);
  const Pair16 p;
  Tensor a = p.a.clone().set_requires_grad(), b = p.b.clone().set_requires_grad();
  Tensor y;
  {
    const Autocast on(bf16);
    y = matmul(a, b);
  }
  EXPECT_EQ(y.item(), p.rounded);
  y.backward();
  EXPECT_EQ(a.grad().item(), 1);  // 1 * rounded(b)
  EXPECT_EQ(b.grad().item(), 1);

  // The other way round: an f32 forward keeps an f32 backward inside a guard.
  a.zero_grad();
  y = matmul(a, b);
  EXPECT_EQ(y.item(), float(p.exact));
  {
    const Autocast on(bf16);
    y.backward();
  }
  EXPECT_EQ(a.grad().item(), 1 + 0x1p-10);
}

TEST(AutocastState, guards_nest_around_operations) {
  const Tuned tuned(kAllBf16);
  const Pair16 p;
  const Autocast on(bf16);
  EXPECT_EQ(matmul(p.a, p.b).item(), p.rounded);
  {
    const Autocast off(f32);
    EXPECT_EQ(matmul(p.a, p.b).item(), float(p.exact));
  }
  EXPECT_EQ(matmul(p.a, p.b).item(), p.rounded);
}

TEST(AutocastState, threads_differ) {
  const Tuned tuned(kAllBf16);
  const Pair16 p;
  const auto work = [&](DType allowed, double expected, int* wrong) {
    const Autocast guard(allowed);
    for (int i = 0; i < 2000; ++i) {
      Tensor a = p.a.clone().set_requires_grad();
      const Tensor y = matmul(a, p.b);
      *wrong += y.item() != expected;
      y.backward();
      *wrong += a.grad().item() != (allowed == bf16 ? 1 : 1 + 0x1p-10);
    }
  };
  int wrong[2] = {0, 0};
  std::thread other(work, bf16, p.rounded, &wrong[0]);
  work(f32, float(p.exact), &wrong[1]);
  other.join();
  EXPECT_EQ(wrong[0], 0);
  EXPECT_EQ(wrong[1], 0);
}

}  // namespace
}  // namespace lepton::test
