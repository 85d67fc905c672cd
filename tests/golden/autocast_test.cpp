// A linear layer under autocast against PyTorch's (make_autocast_golden.py made the file).
#include "lepton/core/autocast.hpp"

#include <cmath>
#include <fstream>
#include <sstream>

#include "lepton/autograd/backward.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/matmul.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/tuning.hpp"

namespace lepton {
namespace {

/// sin(0.7391 i + phase) * scale, as make_autocast_golden.py has it.
Tensor wave(const Shape& shape, double scale, double phase) {
  std::vector<double> values(std::size_t(shape.numel()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(double(i) * 0.7391 + phase) * scale;
  return tensor(values, shape).to(f32);
}
Tensor rounded(const Tensor& x) { return cast(cast(x, bf16), f32); }

std::vector<std::vector<double>> golden_lines() {
  std::ifstream file(std::string(LEPTON_SOURCE_DIR) + "/tests/golden/autocast_linear.txt");
  std::vector<std::vector<double>> lines;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    lines.emplace_back();
    for (double v; words >> v;) lines.back().push_back(v);
  }
  return lines;
}

// PyTorch rounds the result to bf16 as well: by half a unit in the last of 8 places, 2^-8 of it at most. The sums in
// front of that, of products of the same rounded factors, differ in their order alone.
TEST(AutocastGolden, linear_is_pytorchs_but_for_the_rounding_of_results) {
  const auto golden = golden_lines();
  ASSERT_EQ(golden.size(), 4u);
  const test::Tuned tuned(test::kAllBf16);
  const Tensor x = wave({12, 40}, 1, 0.5).set_requires_grad(), w = wave({9, 40}, 0.4, 0.1).set_requires_grad(),
               b = rounded(wave({9}, 1, 0.2)).set_requires_grad();
  Tensor y;
  {
    const Autocast guard(bf16);
    y = linear(x, w, b);
  }
  backward(y, {.gradient = rounded(wave({12, 9}, 1, 0.3))});
  const Tensor ours[] = {y.detach(), x.grad(), w.grad(), b.grad()};
  bool any_rounded = false;
  for (std::size_t t = 0; t < 4; ++t) {
    const auto v = ours[t].to_vector<double>();
    ASSERT_EQ(v.size(), golden[t].size());
    for (std::size_t i = 0; i < v.size(); ++i) {
      EXPECT_NEAR(v[i], golden[t][i], 0x1p-8 * std::fabs(golden[t][i]) + 1e-5) << "tensor " << t << ", element " << i;
      any_rounded |= std::fabs(v[i] - golden[t][i]) > 1e-5;
    }
  }
  EXPECT_TRUE(any_rounded);  // ours keep what f32 holds
}

}  // namespace
}  // namespace lepton
