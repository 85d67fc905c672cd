// Initial values of weights.
#include "lepton/nn/init.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/ops/random.hpp"

namespace lepton::nn::init {
namespace {

struct Fans {
  double in, out;
};

Fans fans(const Tensor& t) {
  if (t.rank() < 2) throw Error("init", "fans need a weight [out, in, ...], got " + to_string(t.shape()));
  const double kernel = double(t.numel()) / double(std::max<std::int64_t>(1, t.size(0) * t.size(1)));
  return {double(t.size(1)) * kernel, double(t.size(0)) * kernel};
}

TensorOptions options_of(const Tensor& t) { return {.dtype = t.dtype(), .device = t.device()}; }

/// Writes values computed on the host.
void write(const Tensor& t, const std::vector<double>& values) {
  const NoGrad no_grad;
  t.copy_(tensor(values, t.shape()).to(t.dtype()).to(t.device()));
}

std::vector<double> normals(std::int64_t n) { return lepton::normal({n}, 0, 1, {.dtype = f64}).to_vector<double>(); }

void require_matrix(const Tensor& t, const char* what) {
  if (t.rank() != 2) throw Error(what, "needs a matrix, got " + to_string(t.shape()));
}

double kaiming_deviation(const Tensor& t, const KaimingOptions& o) {
  const Fans f = fans(t);
  return calculate_gain(o.nonlinearity, o.a) / std::sqrt(o.mode == Fan::in ? f.in : f.out);
}

}  // namespace

void constant(const Tensor& t, double value) {
  const NoGrad no_grad;
  t.fill_(value);
}
void ones(const Tensor& t) { constant(t, 1); }
void zeros(const Tensor& t) { constant(t, 0); }
void uniform(const Tensor& t, double low, double high) {
  const NoGrad no_grad;
  t.copy_(lepton::uniform(t.shape(), low, high, options_of(t)));
}
void normal(const Tensor& t, double mean, double deviation) {
  const NoGrad no_grad;
  t.copy_(lepton::normal(t.shape(), mean, deviation, options_of(t)));
}

void trunc_normal(const Tensor& t, double mean, double deviation, double low, double high) {
  constexpr int kMostRounds = 1000;
  const auto inside = [&](double v) { return v >= low && v <= high; };
  std::vector<double> values = normals(t.numel());
  for (double& v : values) v = mean + deviation * v;
  for (int round = 0; !std::all_of(values.begin(), values.end(), inside); ++round) {
    if (round == kMostRounds) throw Error("trunc_normal", "the range is too far from the mean to be met by chance");
    const std::vector<double> others = normals(t.numel());
    for (std::size_t i = 0; i < values.size(); ++i)
      if (!inside(values[i])) values[i] = mean + deviation * others[i];
  }
  write(t, values);
}

void eye(const Tensor& t) {
  require_matrix(t, "eye");
  std::vector<double> values(std::size_t(t.numel()));
  for (std::int64_t i = 0; i < std::min(t.size(0), t.size(1)); ++i) values[std::size_t(i * t.size(1) + i)] = 1;
  write(t, values);
}

void dirac(const Tensor& t, std::int64_t groups) {
  if (t.rank() < 3 || t.rank() > 5) throw Error("dirac", "needs a weight [out, in, ...], got " + to_string(t.shape()));
  if (groups < 1 || t.size(0) % groups != 0)
    throw Error("dirac", std::to_string(groups) + " groups do not divide " + to_string(t.shape()));
  const std::int64_t out = t.size(0) / groups, in = t.size(1), kernel = t.numel() / std::max<std::int64_t>(1, t.size(0) * in);
  std::int64_t middle = 0;
  for (int i = 2; i < t.rank(); ++i) middle = middle * t.size(i) + t.size(i) / 2;
  std::vector<double> values(std::size_t(t.numel()));
  for (std::int64_t g = 0; g < groups; ++g)
    for (std::int64_t i = 0; i < std::min(out, in); ++i)
      values[std::size_t(((g * out + i) * in + i) * kernel + middle)] = 1;
  write(t, values);
}

void orthogonal(const Tensor& t, double gain) {
  if (t.rank() < 2) throw Error("orthogonal", "needs two axes at least, got " + to_string(t.shape()));
  if (t.numel() == 0) return;
  const std::int64_t rows = t.size(0), columns = t.numel() / rows;
  const std::int64_t count = std::min(rows, columns), length = std::max(rows, columns);
  // Gram and Schmidt's way on normal vectors, each twice against those before, which leaves the angles right to the last
  // digits. By the vectors' symmetry what comes out is distributed evenly.
  std::vector<double> v = normals(count * length);
  const auto vector = [&](std::int64_t i) { return v.data() + i * length; };
  for (std::int64_t i = 0; i < count; ++i) {
    double* const x = vector(i);
    for (int twice = 0; twice < 2; ++twice)
      for (std::int64_t k = 0; k < i; ++k) {
        const double* const y = vector(k);
        const double product = std::inner_product(x, x + length, y, 0.0);
        for (std::int64_t j = 0; j < length; ++j) x[j] -= product * y[j];
      }
    const double norm = std::sqrt(std::inner_product(x, x + length, x, 0.0));
    for (std::int64_t j = 0; j < length; ++j) x[j] /= norm;
  }
  std::vector<double> values(v.size());
  for (std::int64_t i = 0; i < count; ++i)
    for (std::int64_t j = 0; j < length; ++j)
      values[std::size_t(rows <= columns ? i * columns + j : j * columns + i)] = gain * vector(i)[j];
  write(t, values);
}

void sparse(const Tensor& t, double sparsity, double deviation) {
  require_matrix(t, "sparse");
  if (!(sparsity >= 0 && sparsity <= 1)) throw Error("sparse", "sparsity must lie in [0, 1]");
  const std::int64_t rows = t.size(0), columns = t.size(1), none = std::int64_t(std::ceil(sparsity * double(rows)));
  std::vector<double> values = normals(t.numel());
  for (double& v : values) v *= deviation;
  for (std::int64_t c = 0; c < columns; ++c) {
    const std::vector<double> draws = rand({rows}, {.dtype = f64}).to_vector<double>();
    std::vector<std::int64_t> order(std::size_t(rows), 0);
    std::iota(order.begin(), order.end(), std::int64_t(0));
    std::sort(order.begin(), order.end(),
              [&](std::int64_t a, std::int64_t b) { return draws[std::size_t(a)] < draws[std::size_t(b)]; });
    for (std::int64_t i = 0; i < none; ++i) values[std::size_t(order[std::size_t(i)] * columns + c)] = 0;
  }
  write(t, values);
}

double calculate_gain(Nonlinearity nonlinearity, double slope) {
  switch (nonlinearity) {
    case Nonlinearity::tanh: return 5.0 / 3;
    case Nonlinearity::relu: return std::sqrt(2.0);
    case Nonlinearity::leaky_relu: return std::sqrt(2 / (1 + slope * slope));
    case Nonlinearity::selu: return 0.75;
    default: return 1;
  }
}

void xavier_uniform(const Tensor& t, double gain) {
  const double bound = gain * std::sqrt(6 / (fans(t).in + fans(t).out));
  uniform(t, -bound, bound);
}
void xavier_normal(const Tensor& t, double gain) { normal(t, 0, gain * std::sqrt(2 / (fans(t).in + fans(t).out))); }

void kaiming_uniform(const Tensor& t, const KaimingOptions& o) {
  const double bound = std::sqrt(3.0) * kaiming_deviation(t, o);
  uniform(t, -bound, bound);
}
void kaiming_uniform(const Tensor& t, double slope) { kaiming_uniform(t, KaimingOptions{.a = slope}); }
void kaiming_normal(const Tensor& t, const KaimingOptions& o) { normal(t, 0, kaiming_deviation(t, o)); }
void kaiming_normal(const Tensor& t, double slope) { kaiming_normal(t, KaimingOptions{.a = slope}); }

Tensor fan_in_uniform(const Shape& shape, std::int64_t fan_in) {
  const double bound = 1 / std::sqrt(double(std::max<std::int64_t>(1, fan_in)));
  return lepton::uniform(shape, -bound, bound);
}

}  // namespace lepton::nn::init
