// Tensors as text: what PyTorch 2.15 prints of the same numbers.
#include "lepton/tensor/print.hpp"

#include <cmath>
#include <sstream>

#include "lepton/ops/binary.hpp"
#include "lepton/tensor/factory.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

TEST(Print, LooksLikePyTorch) {
  EXPECT_EQ(to_string(tensor<float>({{1, 2}, {3, 4.5}})),
            "tensor([[1.0000, 2.0000],\n        [3.0000, 4.5000]])");
  EXPECT_EQ(to_string(arange(0, 12, 1, {.dtype = i64}).reshape({3, 4})),
            "tensor([[ 0,  1,  2,  3],\n        [ 4,  5,  6,  7],\n        [ 8,  9, 10, 11]])");
  EXPECT_EQ(to_string(full({}, 3.14159265)), "tensor(3.1416)");
  EXPECT_EQ(to_string(tensor<float>({1e-5f, 1, 2})), "tensor([1.0000e-05, 1.0000e+00, 2.0000e+00])");
  EXPECT_EQ(to_string(tensor<float>({1, 20000.5f})), "tensor([1.0000e+00, 2.0000e+04])");
  EXPECT_EQ(to_string(tensor<bool>({true, false})), "tensor([ True, False])");
  EXPECT_EQ(to_string(tensor<float>({NAN, 1, -INFINITY})), "tensor([nan, 1., -inf])");
  EXPECT_EQ(to_string(zeros({2})), "tensor([0., 0.])");
  EXPECT_EQ(to_string(zeros({0})), "tensor([])");
  EXPECT_EQ(to_string(zeros({2, 0})), "tensor([], size=[2, 0])");
  EXPECT_EQ(to_string(arange(0, 3, 1, {.dtype = i8})), "tensor([0, 1, 2], dtype=i8)");
  EXPECT_EQ(to_string(Tensor()), "tensor(undefined)");
  std::stringstream text;
  text << tensor<double>({1.5, -2.25}).set_requires_grad();
  EXPECT_EQ(text.str(), "tensor([ 1.5000, -2.2500], dtype=f64, requires_grad=True)");
}

TEST(Print, BreaksAndSummarises) {
  EXPECT_EQ(
      to_string(arange(0, 24).reshape({2, 3, 4})),
      "tensor([[[ 0.,  1.,  2.,  3.],\n         [ 4.,  5.,  6.,  7.],\n         [ 8.,  9., 10., 11.]],\n\n"
      "        [[12., 13., 14., 15.],\n         [16., 17., 18., 19.],\n         [20., 21., 22., 23.]]])");
  EXPECT_EQ(
      to_string(arange(0, 2000)),
      "tensor([0.0000e+00, 1.0000e+00, 2.0000e+00,  ..., 1.9970e+03, 1.9980e+03,\n        1.9990e+03])");
  EXPECT_EQ(to_string(arange(0, 30, 1, {.dtype = i64}) * 1000),
            "tensor([    0,  1000,  2000,  3000,  4000,  5000,  6000,  7000,  8000,  9000,\n"
            "        10000, 11000, 12000, 13000, 14000, 15000, 16000, 17000, 18000, 19000,\n"
            "        20000, 21000, 22000, 23000, 24000, 25000, 26000, 27000, 28000, 29000])");
  const std::string square = to_string(arange(0, 2500).reshape({50, 50}) + 0.5);
  EXPECT_NE(square.find("],\n        ...,\n        [2.3505e+03"), std::string::npos) << square;
}

}  // namespace
}  // namespace lepton::test
