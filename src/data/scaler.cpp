// Scalers and the imputer on tensors.
#include "lepton/data/scaler.hpp"

#include <algorithm>
#include <cmath>

#include "lepton/data/imputer.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/data/json.hpp"
#include "src/data/statistics.hpp"

namespace lepton::data {
namespace {

/// x [N, F], as doubles in columns: [F][N].
std::vector<std::vector<double>> columns_of(const Tensor& x, const char* who) {
  if (x.rank() != 2) throw Error(who, "takes [rows, columns], not " + to_string(x.shape()));
  const std::vector<double> values = x.to_vector<double>();
  const std::size_t rows = std::size_t(x.size(0)), width = std::size_t(x.size(1));
  std::vector<std::vector<double>> columns(width, std::vector<double>(rows));
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < width; ++j) columns[j][i] = values[i * width + j];
  return columns;
}

/// f(column, value) of each element.
template <class T, class F> Tensor map_columns(const Tensor& x, F&& f) {
  const Tensor from = x.detach().to(kCpu).contiguous(), to = empty(x.shape(), {.dtype = dtype_of<T>});
  const std::size_t rows = std::size_t(x.size(0)), width = std::size_t(x.size(1));
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < width; ++j)
      to.data<T>()[i * width + j] = T(f(j, double(from.data<T>()[i * width + j])));
  return to.to(x.device());
}

template <class F> Tensor map(const Tensor& x, std::size_t width, const char* who, F&& f) {
  if (x.rank() != 2 || std::size_t(x.size(1)) != width)
    throw Error(who, "was fitted to [rows, " + std::to_string(width) + "], not " + to_string(x.shape()) +
                         "; give it the columns of its training, in their order");
  if (x.dtype() == f32) return map_columns<float>(x, f);
  if (x.dtype() == f64) return map_columns<double>(x, f);
  throw Error(who, "takes f32 and f64, not " + std::string(name_of(x.dtype())));
}

template <class F> Scaler fit_lines(const Tensor& x, const char* who, F&& line_of) {
  Scaler out;
  for (const auto& column : columns_of(x, who)) {
    const Line line = line_of(column);
    out.centre.push_back(line.centre);
    out.scale.push_back(line.scale);
    out.shift.push_back(line.shift);
  }
  return out;
}

}  // namespace

Tensor Scaler::transform(const Tensor& x) const {
  return map(x, centre.size(), "Scaler",
             [&](std::size_t j, double v) { return (v - centre[j]) / scale[j] + shift[j]; });
}

Tensor Scaler::inverse(const Tensor& y) const {
  return map(y, centre.size(), "Scaler",
             [&](std::size_t j, double v) { return (v - shift[j]) * scale[j] + centre[j]; });
}

std::string Scaler::to_json() const {
  return Json{{"centre", centre}, {"scale", scale}, {"shift", shift}}.dump();
}

Scaler Scaler::from_json(const std::string& text, const std::string& where) {
  const Scaler out = from_json_text(text, where, [](const Json& j) {
    return Scaler{j.at("centre"), j.at("scale"), j.at("shift")};
  });
  if (out.scale.size() != out.centre.size() || out.shift.size() != out.centre.size())
    throw Error(where, "its centre, scale and shift differ in length");
  return out;
}

Scaler StandardScaler::fit(const Tensor& x) const { return fit_lines(x, "StandardScaler", standard_line); }

Scaler MinMaxScaler::fit(const Tensor& x) const {
  if (!(low < high)) throw Error("MinMaxScaler", "low must lie below high");
  return fit_lines(x, "MinMaxScaler", [&](const auto& column) { return min_max_line(column, low, high); });
}

Scaler RobustScaler::fit(const Tensor& x) const {
  if (!(0 <= low && low < high && high <= 1)) throw Error("RobustScaler", "takes 0 <= low < high <= 1");
  return fit_lines(x, "RobustScaler", [&](const auto& column) { return robust_line(column, low, high); });
}

Imputer Imputer::fit(const Tensor& x, Impute by, double constant) {
  Imputer out;
  for (const auto& column : columns_of(x, "Imputer")) out.fill.push_back(imputed(column, by, constant));
  return out;
}

Tensor Imputer::transform(const Tensor& x) const {
  return map(x, fill.size(), "Imputer", [&](std::size_t j, double v) { return v == v ? v : fill[j]; });
}

std::string Imputer::to_json() const { return Json{{"fill", fill}}.dump(); }

Imputer Imputer::from_json(const std::string& text, const std::string& where) {
  return from_json_text(text, where, [](const Json& j) { return Imputer{j.at("fill")}; });
}

}  // namespace lepton::data
