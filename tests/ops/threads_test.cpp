// Rows on sizes that are cut into shards: the same bits with 1, 2 and 4 threads, and f32 that follows f64.
#include "tests/support/threads.hpp"
#include "tests/ops/op_table.hpp"

namespace lepton::test {
namespace {

std::vector<const OpCase*> large_rows() {
  return rows_where([](const OpCase& row) { return !row.large.empty() || row.inputs[0].empty(); });
}

/// Named so that the thread sanitizer's run finds it.
class ThreadsTest : public OpTable {
 protected:
  Tensors value_and_gradients(const Tensors& x) const {
    Tensors all{call(x)};
    if (row().derivatives > 0)
      for (Tensor& g : gradients(row().large, x)) all.push_back(std::move(g));
    return all;
  }
};

TEST_P(ThreadsTest, SameBits) {
  for (const DType dtype : {f32, f64}) {
    const Tensors x = draw(row().large, dtype);
    const Tensors one = [&] {
      const Threads threads(1);
      return value_and_gradients(x);
    }();
    for (const int n : {2, 4}) {
      const Threads threads(n);
      const Tensors several = value_and_gradients(x);
      for (std::size_t i = 0; i < one.size(); ++i)
        EXPECT_TRUE(same_bits(several[i], one[i]))
            << n << " threads, " << name_of(dtype) << (i ? ", a gradient" : "");
    }
  }
}

// Sums over many elements, and vector code with its tails: f32 against f64 of the same values.
TEST_P(ThreadsTest, Float32FollowsFloat64) {
  const Inputs& inputs = row().large;
  if (inputs.empty()) GTEST_SKIP() << "takes no tensors: ValueTest compares it";
  const Tensors x = draw(inputs, f32);
  Tensors same;
  for (const Tensor& t : x) {
    same.push_back(t.dtype() == f32 ? t.detach().to(f64) : t);
    if (t.requires_grad()) same.back().set_requires_grad();
  }
  const Tensors y = value_and_gradients(x), right = value_and_gradients(same);
  for (std::size_t i = 0; i < y.size(); ++i) {
    // Rounding of a sum grows with its largest partial sums, not with what is left at the end.
    double largest = 1;
    for (const double v : values(right[i].detach())) largest = std::max(largest, std::fabs(v));
    EXPECT_TRUE(close(y[i].detach(), right[i].detach(), row().f32_tolerance * largest * 10))
        << (i ? "a gradient" : "the value");
  }
}

LEPTON_FOR_ROWS(ThreadsTest, large_rows());

}  // namespace
}  // namespace lepton::test
