// The fixture of the tests that every row of the op table goes through.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lepton/autograd/backward.hpp"
#include "lepton/ops/random.hpp"
#include "tests/op_cases/case.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {

using op_cases::Array;
using op_cases::Arrays;
using op_cases::Inputs;
using op_cases::OpCase;
using op_cases::Tensors;

/// All rows, made once.
const std::vector<OpCase>& op_table();

/// Pointers to the rows for which `chosen` holds.
template <class F> std::vector<const OpCase*> rows_where(F&& chosen) {
  std::vector<const OpCase*> rows;
  for (const OpCase& row : op_table())
    if (chosen(row)) rows.push_back(&row);
  return rows;
}
inline std::vector<const OpCase*> all_rows() {
  return rows_where([](const OpCase&) { return true; });
}
inline std::vector<const OpCase*> rows_with_derivatives(int at_least) {
  return rows_where([=](const OpCase& row) { return row.derivatives >= at_least; });
}

class OpTable : public ::testing::TestWithParam<const OpCase*> {
 protected:
  const OpCase& row() const { return *GetParam(); }
  /// Calls the row with its random stream started anew.
  Tensor call(const Tensors& x) const;
  /// A row's arguments; the real ones ask for gradients where the row promises them.
  Tensors draw(const Inputs& inputs, DType dtype = f64, std::uint64_t seed = 1) const;
  /// Positions of the arguments with gradients.
  std::vector<std::size_t> real_arguments(const Inputs& inputs) const;
  /// What the reference says of these very arguments.
  Array expected(const Tensors& x) const;
  /// Gradients of sum(y * weights) by the real arguments.
  Tensors gradients(const Inputs& inputs, const Tensors& x, const BackwardOptions& options = {}) const;
};

/// Names a test after its row.
inline std::string row_name(const ::testing::TestParamInfo<const OpCase*>& info) { return info.param->name; }

#define LEPTON_FOR_ROWS(FIXTURE, ROWS) \
  INSTANTIATE_TEST_SUITE_P(Rows, FIXTURE, ::testing::ValuesIn(ROWS), ::lepton::test::row_name)

}  // namespace lepton::test
