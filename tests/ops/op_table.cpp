// The op table, and what its fixture offers.
#include "tests/ops/op_table.hpp"

#include "tests/op_cases/all.hpp"
#include "tests/op_cases/draw.hpp"
#include "tests/support/differences.hpp"

namespace lepton::test {

const std::vector<OpCase>& op_table() {
  static const std::vector<OpCase> rows = op_cases::all_cases();
  return rows;
}

Tensor OpTable::call(const Tensors& x) const {
  manual_seed(op_cases::kRowSeed);
  return row().call(x);
}

Tensors OpTable::draw(const Inputs& inputs, DType dtype, std::uint64_t seed) const {
  Tensors x = op_cases::draw(inputs, dtype, seed);
  if (row().derivatives > 0 && is_floating(dtype))
    for (const std::size_t i : real_arguments(inputs)) x[i].set_requires_grad();
  return x;
}

std::vector<std::size_t> OpTable::real_arguments(const Inputs& inputs) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].is_real()) found.push_back(i);
  return found;
}

Array OpTable::expected(const Tensors& x) const {
  Arrays arrays;
  for (const Tensor& t : x) arrays.push_back(op_cases::to_array(t.detach()));
  return row().reference(arrays);
}

Tensors OpTable::gradients(const Inputs& inputs, const Tensors& x, const BackwardOptions& options) const {
  const Tensor y = call(x);
  Tensors by;
  for (const std::size_t i : real_arguments(inputs)) by.push_back(x[i]);
  BackwardOptions all = options;
  if (!all.gradient.defined()) all.gradient = weights(y.shape(), 3).to(y.dtype()).to(y.device());
  return grad(y, by, all);
}

}  // namespace lepton::test
