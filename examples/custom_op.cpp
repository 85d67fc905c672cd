// Ops of one's own with their gradients: checked against differences, then trained to continue a sine
// beyond the training data (test loss under 0.1; the answer 0 has 0.54).
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "common.hpp"

using namespace lepton;

/// x + sin(a x)^2 / a, with which a network learns to repeat (Ziyin et al. 2020, "Snake").
struct Snake {
  static constexpr auto name = "snake";
  static constexpr unsigned saves_inputs = 0b1, saves_outputs = 0;  // the gradient reads x alone
  double a;
  Tensor forward(const Tensor& x) const { return x + square(sin(x * a)) / a; }
  Grads backward(const Saved& saved, const Tensor& g) const {
    return g * (1 + sin(saved.input(0) * (2 * a)));
  }
};

/// a x + b z, in one op with two inputs.
struct Axpby {
  static constexpr auto name = "axpby";
  static constexpr unsigned saves_inputs = 0, saves_outputs = 0;
  double a, b;
  Tensor forward(const Tensor& x, const Tensor& z) const { return x * a + z * b; }
  Grads backward(const Saved&, const Tensor& g) const { return {g * a, g * b}; }
};

struct Net : nn::Module {  // [N, 1] -> [N, 1]
  nn::Linear first{1, 32}, second{32, 32}, last{32, 1};
  Tensor operator()(const Tensor& x) const {
    const Tensor h = custom_op(Snake{1}, first(x));
    return last(custom_op(Axpby{1, 0.1}, h, second(h)));
  }
  LEPTON_FIELDS(first, second, last)
};

/// Largest error of the gradient of sum(f(x)^2) against central differences, in double precision.
template <class F> double gradient_error(F&& f, Tensor x) {
  constexpr double kStep = 1e-5;
  const auto value = [&] { return sum(square(f(x))); };
  x.set_requires_grad();
  value().backward();
  const NoGrad no_grad;
  const std::vector<double> gradient = x.grad().to_vector<double>();
  double worst = 0;
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    double& element = x.data<double>()[i];
    const double kept = element;
    element = kept + kStep;
    const double above = value().item();
    element = kept - kStep;
    const double below = value().item();
    element = kept;
    worst = std::max(worst, std::abs((above - below) / (2 * kStep) - gradient[std::size_t(i)]));
  }
  return worst;
}

static double check_gradients() {
  const Tensor x = randn({20}, {.dtype = f64}), other = randn({20}, {.dtype = f64});
  return std::max({gradient_error([](const Tensor& t) { return custom_op(Snake{2}, t); }, x.clone()),
                   gradient_error(
                       [&](const Tensor& t) {
                         return custom_op(Axpby{2, 3}, t, other);
                       },
                       x.clone()),
                   gradient_error(
                       [&](const Tensor& t) {
                         return custom_op(Axpby{2, 3}, other, t);
                       },
                       x.clone())});
}

/// x [n, 1] evenly over [from, to], and sin(x).
static data::Dataset wave(double from, double to, std::int64_t n) {
  const Tensor x = (arange(0, double(n)) * ((to - from) / double(n)) + from).reshape({n, 1});
  return data::TensorDataset(x, sin(x));
}

static int train(const CLI::App& app, example::Options o) {
  if (!o.resume.empty()) adopt(app, o, io::load_metadata(o.resume));
  const Device device = prepare(o);
  const double error = check_gradients();
  std::printf("gradients are right within %.1e\n", error);
  if (error > 1e-6) throw Error("custom_op", "a gradient is wrong");

  const data::Dataset train = wave(-10, 10, o.limit ? o.limit : 2000), test = wave(10, 14, 400);
  Net net;
  net.to(device);
  optim::Adam adam(net.parameters(), {.lr = o.lr});
  ConsoleProgress progress(example::progress_stream());
  FitOptions options = example::fit_options(app, o, progress);
  options.validation = test;
  interrupt_on_signal();
  const Report report = fit(net, adam, mse_loss, train, options);

  auto figures = example::figures(o, report, net);
  figures["gradient_error"] = error;
  return example::finish(o, report, figures);
}

int main(int argc, char** argv) {
  CLI::App app(
      "Checks ops of its own, and trains a network with them to continue a sine beyond its training data");
  example::Options o;
  o.epochs = 60;
  o.lr = 5e-3;
  example::add_options(app, o);
  return example::run(app, argc, argv, [&] { return train(app, o); });
}
