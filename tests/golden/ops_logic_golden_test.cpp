// Operators, comparisons and questions against PyTorch: layers/tensors.py made the file.
#include <array>

#include "lepton/ops/maths.hpp"
#include "tests/golden/ops.hpp"

namespace lepton::golden {
namespace {

const std::vector<double> kNumbers{2, 0.5, -1.25, 0, 3};

/// A comparison of two tensors, and of one with a number.
template <class F>
std::vector<Entry> comparisons(const std::string& name, const std::string& name_with_number, F f) {
  return {five(name, [f](const Tensors& x) { return f(round(x[0]), round(x[1])); }),
          with(name_with_number, std::vector<double>{-2, -1, 0, 1, 0.5},
               [f](const Tensor& x, double n) { return f(round(x), n); })};
}

/// `f` changes a copy of the first tensor by the second plus a number.
Entry assignment(const std::string& name, Tensor& (*f)(Tensor&, const Tensor&)) {
  return of_all(name, kNumbers, [f](const Tensors& x, double n) {
    Tensor y = x[0];
    return f(y, x[1] + n);
  });
}

Entry logical(const std::string& name, Tensor (*f)(const Tensor&, const Tensor&)) {
  return five(name, [f](const Tensors& x) { return f(round(x[0]), round(x[1])); });
}

Tensor truth(bool holds) { return full({}, holds, {.dtype = boolean}); }

TEST(GoldenOps, Operators) {
  std::vector<Entry> table{
      with("add_number", kNumbers, [](const Tensor& x, double n) { return x + n; }),
      with("sub_number", kNumbers, [](const Tensor& x, double n) { return x - n; }),
      with("mul_number", kNumbers, [](const Tensor& x, double n) { return x * n; }),
      with("div_number", kNumbers, [](const Tensor& x, double n) { return x / (n == 0 ? 7 : n); }),
      with("number_add", kNumbers, [](const Tensor& x, double n) { return n + x; }),
      with("number_sub", kNumbers, [](const Tensor& x, double n) { return n - x; }),
      with("number_mul", kNumbers, [](const Tensor& x, double n) { return n * x; }),
      with("number_div", kNumbers, [](const Tensor& x, double n) { return n / x; }),
      assignment(
          "add_to", +[](Tensor& a, const Tensor& b) -> Tensor& { return a += b; }),
      assignment(
          "sub_from", +[](Tensor& a, const Tensor& b) -> Tensor& { return a -= b; }),
      assignment(
          "mul_by", +[](Tensor& a, const Tensor& b) -> Tensor& { return a *= b; }),
      assignment(
          "div_by", +[](Tensor& a, const Tensor& b) -> Tensor& { return a /= b; })};
  for (const auto& pair :
       {comparisons("eq", "eq_number", [](const Tensor&a, const auto&b) { return a == b; }),
        comparisons("ne", "ne_number", [](const Tensor&a, const auto&b) { return a != b; }),
        comparisons("lt", "lt_number", [](const Tensor&a, const auto&b) { return a < b; }),
        comparisons("le", "le_number", [](const Tensor&a, const auto&b) { return a <= b; }),
        comparisons("gt", "gt_number", [](const Tensor&a, const auto&b) { return a > b; }),
        comparisons("ge", "ge_number", [](const Tensor&a, const auto&b) { return a >= b; })})
    table.insert(table.end(), pair.begin(), pair.end());
  expect_family("ops_logic", table, Rest::elsewhere);
}

TEST(GoldenOps, Questions) {
  struct Closeness {
    double relative, absolute;
    bool equal_nan;
  };
  const std::vector<Closeness> settings{
      {1e-5, 1e-8, false}, {0, 0.015, false}, {0.01, 0, false}, {0.1, 0.1, true}, {0, 0, true}};
  using Three = std::array<double, 3>;
  expect_family(
      "ops_logic",
      {logical("logical_and", logical_and), logical("logical_or", logical_or),
       logical("logical_xor", logical_xor),
       five("logical_not", [](const Tensors& x) { return logical_not(round(x[0])); }),
       five("isnan", [](const Tensors& x) { return isnan(special(x[0])); }),
       five("isinf", [](const Tensors& x) { return isinf(special(x[0])); }),
       five("isfinite", [](const Tensors& x) { return isfinite(special(x[0])); }),
       of_all("isclose", settings,
              [](const Tensors& x, const Closeness& c) {
                const Tensor a = special(x[0]);
                return isclose(a, a + 0.01 * round(x[1]), c.relative, c.absolute, c.equal_nan);
              }),
       uncaptured(of_all("allclose", settings,
                         [](const Tensors& x, const Closeness& c) {
                           const Tensor a = special(x[0]);
                           return truth(allclose(a, a + 0.001 * x[1], c.relative, c.absolute, c.equal_nan));
                         })),
       uncaptured(with("equal", std::vector<double>{0, 1, -1, 2, 0.5},
                       [](const Tensor& x, double n) { return truth(equal(round(x), round(x) * n)); })),
       five("isin", [](const Tensors& x) { return isin(round(x[0]), round(x[1])); }),
       with("nan_to_num", std::vector<Three>{{0, 1, -1}, {0.5, 100, -100}, {-3, 0, 0}, {1, 2, 3}, {7, 7, 7}},
            [](const Tensor& x, const Three& to) { return nan_to_num(special(x), to[0], to[1], to[2]); })},
      Rest::elsewhere);
}

}  // namespace
}  // namespace lepton::golden
