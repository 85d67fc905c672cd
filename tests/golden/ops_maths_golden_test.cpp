// Elementary functions against PyTorch: layers/ops.py made the file.
#include "lepton/ops/maths.hpp"
#include "tests/golden/ops.hpp"

namespace lepton::golden {
namespace {

/// A case for each number, which `f` takes behind the tensors.
template <class F> Entry with_numbers(const std::string& name, std::initializer_list<double> numbers, F f) {
  Entry entry{name, {}};
  for (const double number : numbers)
    entry.cases.push_back(function([f, number](const Tensors& x) { return f(x, number); }));
  return entry;
}

TEST(GoldenOps, Maths) {
  const Entry clamps{"clamp",
                     {function([](const Tensors& x) { return clamp(x[0], -1, 1); }),
                      function([](const Tensors& x) { return clamp(x[0], 0, 0.5); }),
                      function([](const Tensors& x) { return clamp(x[0], -5, 5); }),
                      function([](const Tensors& x) { return clamp(x[0], -1e30, 0.2); }),
                      function([](const Tensors& x) { return clamp(x[0], 0.1, 1e30); })}};
  expect_family("ops_maths",
                {LEPTON_ONE(exp),
                 LEPTON_ONE(log),
                 LEPTON_ONE(log1p),
                 LEPTON_ONE(sqrt),
                 LEPTON_ONE(square),
                 LEPTON_ONE(abs),
                 of_one(
                     "neg", +[](const Tensor& x) { return -x; }),
                 LEPTON_ONE(reciprocal),
                 LEPTON_ONE(sin),
                 LEPTON_ONE(cos),
                 LEPTON_ONE(erf),
                 LEPTON_ONE(sign),
                 LEPTON_ONE(floor),
                 LEPTON_ONE(ceil),
                 LEPTON_ONE(round),
                 LEPTON_ONE(trunc),
                 LEPTON_ONE(frac),
                 LEPTON_ONE(rsqrt),
                 LEPTON_ONE(expm1),
                 LEPTON_ONE(log2),
                 LEPTON_ONE(log10),
                 LEPTON_ONE(tan),
                 LEPTON_ONE(asin),
                 LEPTON_ONE(acos),
                 LEPTON_ONE(atan),
                 LEPTON_ONE(sinh),
                 LEPTON_ONE(cosh),
                 LEPTON_ONE(asinh),
                 LEPTON_ONE(acosh),
                 LEPTON_ONE(atanh),
                 of_two(
                     "add", +[](const Tensor& a, const Tensor& b) { return a + b; }),
                 of_two(
                     "sub", +[](const Tensor& a, const Tensor& b) { return a - b; }),
                 of_two(
                     "mul", +[](const Tensor& a, const Tensor& b) { return a * b; }),
                 of_two(
                     "div", +[](const Tensor& a, const Tensor& b) { return a / b; }),
                 LEPTON_TWO(maximum),
                 LEPTON_TWO(minimum),
                 LEPTON_TWO(pow),
                 LEPTON_TWO(atan2),
                 LEPTON_TWO(fmod),
                 LEPTON_TWO(remainder),
                 LEPTON_TWO(hypot),
                 LEPTON_TWO(logaddexp),
                 with_numbers("pow_number", {2, 3, -1.5, 0.5, 0},
                              [](const Tensors& x, double e) { return pow(x[0], e); }),
                 clamps,
                 with_numbers("remainder_number", {1.5, -1.5, 0.7, 3, -0.4},
                              [](const Tensors& x, double b) { return remainder(x[0], b); }),
                 with_numbers("fmod_number", {1.5, -1.5, 0.7, 3, -0.4},
                              [](const Tensors& x, double b) { return fmod(x[0], b); }),
                 with_numbers("lerp_number", {0, 0.25, 0.5, 1, -2},
                              [](const Tensors& x, double w) { return lerp(x[0], x[1], w); }),
                 with_numbers("addcmul", {0, 0.25, 0.5, 1, -2},
                              [](const Tensors& x, double w) { return addcmul(x[0], x[1], x[2], w); }),
                 with_numbers("addcdiv", {0, 0.25, 0.5, 1, -2},
                              [](const Tensors& x, double w) { return addcdiv(x[0], x[1], x[2], w); }),
                 same("lerp", 5, function([](const Tensors& x) { return lerp(x[0], x[1], x[2]); }))});
}

}  // namespace
}  // namespace lepton::golden
