// Rows as captured steps: three calls with new values give eager's bits, forward and backward.
#include "lepton/compile/compile.hpp"
#include "lepton/ops/binary.hpp"
#include "tests/ops/op_table.hpp"
#include "tests/support/differences.hpp"

namespace lepton::test {
namespace {

class CapturedTest : public OpTable {
 protected:
  /// The row's value and, where it has them, gradients, from tensors that ask for none.
  std::vector<Tensor> step(const Inputs& inputs, std::span<const Tensor> arguments) const {
    Tensors x(arguments.begin(), arguments.end());
    if (row().derivatives > 0)
      for (const std::size_t i : real_arguments(inputs)) x[i] = x[i].detach().set_requires_grad();
    const Tensor y = row().call(x);
    std::vector<Tensor> all{y.detach()};
    if (row().derivatives == 0) return all;
    Tensors by;
    for (const std::size_t i : real_arguments(inputs)) by.push_back(x[i]);
    for (Tensor& g : grad(y, by, {.gradient = ones_like(y.detach()) * 0.75})) all.push_back(std::move(g));
    return all;
  }
};

TEST_P(CapturedTest, GivesEagersBits) {
  for (const DType dtype : {f32, f64})
    for (const Inputs& inputs : row().inputs) {
      detail::CapturedStep captured;
      auto function = [&](std::span<const Tensor> x) { return step(inputs, x); };
      const detail::StepFunction record{&function, [](void* f, std::span<const Tensor> x) {
                                          return (*static_cast<decltype(function)*>(f))(x);
                                        }};
      Generator& random = default_generator();
      manual_seed(11);
      for (const std::uint64_t seed : {1, 2, 3}) {
        Tensors x = draw(inputs, dtype, seed);
        for (Tensor& t : x) t = t.detach();
        const std::uint64_t before = random.offset();
        const auto eager = step(inputs, x);
        const std::uint64_t after = random.offset();
        random.set_offset(before);
        const auto replayed = captured(record, x);
        EXPECT_EQ(random.offset(), after);
        ASSERT_EQ(replayed.size(), eager.size());
        for (std::size_t i = 0; i < eager.size(); ++i)
          EXPECT_TRUE(same_bits(replayed[i], eager[i]))
              << name_of(dtype) << ", call " << seed << (i ? ", a gradient" : "");
      }
      EXPECT_EQ(captured.recordings(), 1);
    }
}

LEPTON_FOR_ROWS(CapturedTest, rows_where([](const OpCase& row) { return row.captured; }));

class UncapturedTest : public OpTable {};

TEST_P(UncapturedTest, IsRefusedInWords) {
  const Tensors x = draw(row().inputs[0], f32);
  auto step = compile([&](const Tensor&) { return call(x); });
  const std::string error = error_of([&] { step(zeros({1})); });
  EXPECT_NE(error.find("a captured step must not read values on the host"), std::string::npos) << error;
}

LEPTON_FOR_ROWS(UncapturedTest, rows_where([](const OpCase& row) { return !row.captured; }));

}  // namespace
}  // namespace lepton::test
