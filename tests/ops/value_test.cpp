// Every row's values: against its reference, in every type that it takes and in any layout; what it refuses.
#include "tests/op_cases/draw.hpp"
#include "tests/ops/op_table.hpp"
#include "tests/support/layouts.hpp"

namespace lepton::test {
namespace {

class ValueTest : public OpTable {
 protected:
  void expect_reference(const Tensor& y, const Tensors& x, double tolerance) const {
    const Array right = expected(x);
    EXPECT_EQ(y.shape(), right.shape) << to_string(y.shape()) << ", not " << to_string(right.shape);
    EXPECT_TRUE(close(values(y.detach()), right.values, tolerance));
  }
  double tolerance_of(const Tensor& y) const { return y.dtype() == f32 ? row().f32_tolerance : 1e-10; }
};

TEST_P(ValueTest, Float64) {
  for (const Inputs& inputs : row().inputs) {
    const Tensors x = draw(inputs);
    const Tensor y = call(x);
    expect_reference(y, x, tolerance_of(y));
  }
}

TEST_P(ValueTest, Float32) {
  for (const Inputs& inputs : row().inputs) {
    const Tensors x = draw(inputs, f32);
    expect_reference(call(x), x, row().f32_tolerance);
  }
}

// Types that the row names give what the reference gives; others too, or an Error that says so.
TEST_P(ValueTest, EveryType) {
  for (const DType dtype : {f16, bf16, i8, u8, i32, i64, boolean})
    for (const Inputs& inputs : row().inputs) {
      SCOPED_TRACE(std::string(name_of(dtype)));
      const Tensors x = op_cases::draw(inputs, dtype);
      if (std::ranges::find(row().dtypes, dtype) != row().dtypes.end()) {
        const Tensor y = call(x);
        expect_reference(y, x, is_floating(dtype) ? 0.01 : tolerance_of(y));
      } else {
        const std::string error = error_of([&] { call(x); });
        EXPECT_TRUE(error.empty() || error[0] == '[') << error;
      }
    }
}

// Arguments laid out otherwise in memory change nothing but, perhaps, the order of a sum.
TEST_P(ValueTest, AnyLayout) {
  for (const Inputs& inputs : row().inputs) {
    const Tensors x = draw(inputs);
    const Tensor y = call(x);
    for (std::size_t i = 0; i < x.size(); ++i) {
      for (const auto& [name, other] : layouts_of(x[i])) {
        Tensors changed = x;
        changed[i] = other;
        EXPECT_TRUE(close(call(changed), y, 1e-13))
            << "argument " << i << " " << to_string(other.shape()) << " " << name;
      }
      if (const Tensor view = stretched(x[i]); view.defined()) {
        Tensors changed = x, dense = x;
        changed[i] = view;
        dense[i] = view.contiguous();
        EXPECT_TRUE(close(call(changed), call(dense), 1e-13)) << "argument " << i << " stretched";
      }
    }
  }
}

// No matter what the row is for, an empty or a scalar argument works or is refused in words.
TEST_P(ValueTest, EmptyAndScalarArguments) {
  const Inputs& inputs = row().inputs[0];
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    Shape empty = inputs[i].shape;
    if (empty.rank() > 0) empty[empty.rank() - 1] = 0;
    Shape none = inputs[i].shape;
    if (none.rank() > 0) none[0] = 0;
    for (const Shape& shape : {empty, none, Shape{}, Shape{0}}) {
      Inputs changed = inputs;
      changed[i].shape = shape;
      const std::string error = error_of([&] { call(draw(changed)); });
      EXPECT_TRUE(error.empty() || error[0] == '[')
          << "argument " << i << " " << to_string(shape) << ": " << error;
    }
  }
}

TEST_P(ValueTest, WrongCalls) {
  for (const auto& wrong : row().wrong) {
    std::string error = "nothing was thrown";
    try {
      wrong.call();
    } catch (const Error& e) {
      error = e.what();
    }
    EXPECT_TRUE(error.starts_with(wrong.message)) << "says:   " << error << "\nwanted: " << wrong.message;
  }
}

LEPTON_FOR_ROWS(ValueTest, all_rows());

}  // namespace
}  // namespace lepton::test
