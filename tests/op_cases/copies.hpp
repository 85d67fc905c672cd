// Rows of copies and of writing in place.
#pragma once

#include "lepton/autograd/no_grad.hpp"
#include "tests/op_cases/case.hpp"

namespace lepton::op_cases {

inline OpCases copy_cases() {
  const auto row = [](std::string name, std::string op, Tensor (*call)(const Tensor&),
                      std::vector<DType> dtypes) {
    return OpCase{.name = std::move(name),
                  .op = std::move(op),
                  .call = [call](const Tensors& x) { return call(x[0]); },
                  .reference = [](const Arrays& x) { return x[0]; },
                  .inputs = {{real({3, 4})}, {real({})}, {real({0, 2})}, {real({2, 3, 2, 2})}},
                  .wrong = {LEPTON_FAILS("[tensor] is undefined", call(Tensor()))},
                  .large = {real({256, 1021})},
                  .dtypes = std::move(dtypes)};
  };
  return {
      row(
          "clone", "Tensor::clone", +[](const Tensor& x) { return x.clone(); }, kAnyDType),
      row(
          "contiguous", "Tensor::contiguous", +[](const Tensor& x) { return x.contiguous(); }, kAnyDType),
      row(
          "to_cpu", "Tensor::to(Device)", +[](const Tensor& x) { return x.to(x.device()); }, kAnyDType),
  };
}

/// y = a copy of x[0], changed in place. Nothing here is on the tape.
inline OpCases in_place_cases() {
  const auto row = [](std::string name, std::string op, void (*change)(const Tensor& y, const Tensors& x),
                      double (*value)(double, double), std::vector<Inputs> inputs,
                      std::vector<DType> dtypes) {
    return OpCase{.name = std::move(name),
                  .op = std::move(op),
                  .call =
                      [change](const Tensors& x) {
                        const NoGrad no_grad;
                        const Tensor y = x[0].clone();
                        change(y, x);
                        return y;
                      },
                  .reference = [value](const Arrays& x) { return zip(x[0], x.back(), value); },
                  .inputs = std::move(inputs),
                  .derivatives = 0,
                  .dtypes = std::move(dtypes)};
  };
  const std::vector<Inputs> one{{real({3, 4})}, {real({})}, {real({0, 2})}};
  const std::vector<Inputs> two{{real({3, 4}), real({3, 4})}, {real({3, 4}), real({4})},
                                {real({3, 4}), real({3, 1})}, {real({2, 3}), real({})},
                                {real({}), real({})},         {real({0, 2}), real({2})}};
  OpCases rows{
      row(
          "copy_", "Tensor::copy_", +[](const Tensor& y, const Tensors& x) { y.copy_(x[1]); },
          +[](double, double b) { return b; }, two, kAnyDType),
      row(
          "fill_", "Tensor::fill_", +[](const Tensor& y, const Tensors&) { y.fill_(1); },
          +[](double, double) { return 1.0; }, one, kAnyDType),
      row(
          "zero_", "Tensor::zero_", +[](const Tensor& y, const Tensors&) { y.zero_(); },
          +[](double, double) { return 0.0; }, one, kAnyDType),
      row(
          "add_", "Tensor::add_", +[](const Tensor& y, const Tensors& x) { y.add_(x[1]); },
          +[](double a, double b) { return a + b; }, two, kIntegers),
      row(
          "add_scaled", "Tensor::add_", +[](const Tensor& y, const Tensors& x) { y.add_(x[1], -3); },
          +[](double a, double b) { return a - 3 * b; }, two, kIntegers),
      row(
          "mul_", "Tensor::mul_", +[](const Tensor& y, const Tensors&) { y.mul_(-2); },
          +[](double a, double) { return -2 * a; }, one, kIntegers),
  };
  static constexpr auto parameter = [] {
    Tensor x = zeros({2, 3});
    return x.set_requires_grad();
  };
  rows[0].wrong = {
      LEPTON_FAILS("[copy_] shapes do not broadcast: [2, 3] and [3, 2]", zeros({2, 3}).copy_(zeros({3, 2}))),
      LEPTON_FAILS("[copy_] source [2, 3] does not fit [3]", zeros({3}).copy_(zeros({2, 3}))),
      LEPTON_FAILS("[copy_] would overwrite a tensor that the tape needs", parameter().copy_(zeros({2, 3})))};
  rows[1].wrong = {
      LEPTON_FAILS("[fill_] would overwrite a tensor that the tape needs", parameter().fill_(1))};
  rows[2].wrong = {LEPTON_FAILS("[fill_] would overwrite a tensor that the tape needs", parameter().zero_())};
  rows[3].wrong = {
      LEPTON_FAILS("[add_] shapes do not broadcast: [2, 3] and [3, 2]", zeros({2, 3}).add_(zeros({3, 2}))),
      LEPTON_FAILS("[add_] operand [2, 3] does not fit [3]", zeros({3}).add_(zeros({2, 3}))),
      LEPTON_FAILS("[add_] would overwrite a tensor that the tape needs", parameter().add_(zeros({2, 3})))};
  rows[5].wrong = {LEPTON_FAILS("[mul_] would overwrite a tensor that the tape needs", parameter().mul_(2))};
  return rows;
}

}  // namespace lepton::op_cases
