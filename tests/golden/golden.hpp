// Comparing a training run with PyTorch's: what the golden tests share.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <string>

#include "lepton/lepton.hpp"

namespace lepton::golden {

enum class Mode { eager, captured };

/// Values of `value(i)` in the shape's order.
template <class F> Tensor sequence(const Shape& shape, DType dtype, F value) {
  std::vector<double> values(std::size_t(shape.numel()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = value(double(i));
  return tensor(values, shape).to(dtype);
}

/// sin(0.7391 i + phase) * scale, as make_golden.py has it.
inline Tensor wave(const Shape& shape, double scale, double phase, DType dtype) {
  return sequence(shape, dtype, [=](double i) { return std::sin(i * 0.7391 + phase) * scale; });
}
/// The same of the index's square, which is like noise.
inline Tensor ripple(const Shape& shape, double scale, double phase, DType dtype) {
  return sequence(shape, dtype, [=](double i) { return std::sin(i * i * 0.7391 + phase) * scale; });
}

/// A network in training: its loss on a batch, and what the loss takes at each step.
struct Run {
  std::string name;  ///< of the file with PyTorch's results, without type and ending
  nn::Module& model;
  optim::Optimizer& optimizer;
  std::function<Tensor(const Tensor& x, const Tensor& y)> loss;
  Tensor x;
  std::function<Tensor(int step)> y;
};

/// How near the results must come, relative to them.
struct Tolerance {
  double loss, norm;
};

inline Tolerance usual_tolerance(DType dtype) {
  const double each = dtype == f64 ? 1e-8 : 1e-4;
  return {each, each};
}

inline double gradient_norm(const std::vector<Tensor>& parameters) {
  double squares = 0;
  for (const Tensor& p : parameters) squares += sum(square(p.grad().to(f64))).item();
  return std::sqrt(squares);
}

/// Trains for ten steps and compares with the file; one more line there is the loss in evaluation.
inline void expect_pytorchs(const Run& run, DType dtype, Mode mode, const Tolerance& tolerance) {
  const std::string path = std::string(LEPTON_SOURCE_DIR) + "/tests/golden/" + run.name + "_" +
                           std::string(name_of(dtype)) + ".txt";
  std::ifstream file(path);
  ASSERT_TRUE(file) << "no golden file " << path;
  const auto step = [&](const Tensor& x, const Tensor& y) {
    run.optimizer.zero_grad();
    const Tensor loss = run.loss(x, y);
    loss.backward();
    run.optimizer.step();
    return loss;
  };
  auto captured = compile(step);
  const auto parameters = run.model.parameters();
  double loss = 0, norm = 0;
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(file >> loss >> norm);
    const Tensor y = run.y(i);
    const double ours = (mode == Mode::eager ? step(run.x, y) : captured(run.x, y)).item();
    EXPECT_NEAR(ours, loss, tolerance.loss * std::abs(loss)) << "loss of step " << i;
    EXPECT_NEAR(gradient_norm(parameters), norm, tolerance.norm * norm) << "gradient norm of step " << i;
  }
  if (!(file >> loss >> norm)) return;
  run.model.eval();
  const NoGrad no_grad;
  EXPECT_NEAR(run.loss(run.x, run.y(10)).item(), loss, tolerance.loss * loss) << "loss in evaluation";
}

/// Class indices 0, 7, 14, ... modulo `classes`.
inline Tensor class_labels(std::int64_t n, std::int64_t classes) {
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < n; ++i) labels.push_back(i * 7 % classes);
  return tensor(labels, {n});
}

}  // namespace lepton::golden
