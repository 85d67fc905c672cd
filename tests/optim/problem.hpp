// The problem that optimizers are tested on, and the figures of make_traces.py about it.
#pragma once

#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include "lepton/lepton.hpp"

namespace lepton::optim::test {

/// sin(0.7391 i + phase) * scale, as make_traces.py has it.
inline Tensor wave(const Shape& shape, double scale, double phase, DType dtype) {
  std::vector<double> values(std::size_t(shape.numel()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(0.7391 * double(i) + phase) * scale;
  return tensor(values, shape).to(dtype);
}

inline const std::vector<Shape> kVectors = {{3, 5}, {7}, {1}}, kMatrices = {{3, 5}, {6, 2}, {4, 4}};

/// Parameters p whose gradient in a step is curvature (p - target) + drift.
struct Problem {
  std::vector<Tensor> parameters, curvature, target;

  Problem(const std::vector<Shape>& shapes, DType dtype) {
    for (const Shape& s : shapes) {
      const double i = double(parameters.size());
      parameters.push_back(wave(s, 1, i, dtype).set_requires_grad());
      curvature.push_back((abs(wave(s, 0.5, 3 + i, f64)) + 0.2).to(dtype));
      target.push_back(wave(s, 0.5, 6 + i, dtype));
    }
  }

  /// The linear terms of step t.
  std::vector<Tensor> drift(int t, double scale = 0.3) const {
    std::vector<Tensor> result;
    for (const Tensor& p : parameters) result.push_back(wave(p.shape(), scale, 10 + t, p.dtype()));
    return result;
  }
  /// In every third step the second parameter is left out.
  static bool leaves_out(int t) { return t % 3 == 2; }

  Tensor loss(std::span<const Tensor> drift, bool left_out) const {
    Tensor total;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      if (i == 1 && left_out) continue;
      const Tensor d = parameters[i] - target[i];
      const Tensor term = sum(curvature[i] * d * d) * 0.5 + sum(drift[i] * parameters[i]);
      total = total.defined() ? total + term : term;
    }
    return total;
  }
  void backward(std::span<const Tensor> drift, bool left_out) const {
    for (const Tensor& p : parameters) p.zero_grad();
    loss(drift, left_out).backward();
  }

  std::vector<double> values() const {
    std::vector<double> all;
    for (const Tensor& p : parameters)
      for (const double v : p.to_vector<double>()) all.push_back(v);
    return all;
  }
  /// A weighted sum of all parameters, and their norm.
  std::pair<double, double> figures() const {
    double weighted = 0, squares = 0;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const auto x = parameters[i].to_vector<double>();
      for (std::size_t j = 0; j < x.size(); ++j) {
        weighted += x[j] * std::sin(1.3 * double(j) + double(i));
        squares += x[j] * x[j];
      }
    }
    return {weighted, std::sqrt(squares)};
  }
};

inline std::ifstream open_trace(const std::string& name) {
  std::ifstream file(std::string(LEPTON_SOURCE_DIR) + "/tests/optim/traces/" + name + ".txt");
  if (!file) ADD_FAILURE() << "no trace of " << name;
  return file;
}

}  // namespace lepton::optim::test
