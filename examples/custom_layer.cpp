// A layer of one's own: a gated linear unit, trained to tell two spirals apart (test accuracy over 0.98).
#include <cmath>
#include <cstdio>
#include <numbers>

#include "common.hpp"

using namespace lepton;

struct Glu : nn::Module {  // (x W + b) * sigmoid(x V + c), Dauphin et al. 2017
  nn::Linear value, gate;
  Glu(std::int64_t in, std::int64_t out) : value(in, out), gate(in, out) {}
  Tensor operator()(const Tensor& x) const { return value(x) * sigmoid(gate(x)); }
  LEPTON_FIELDS(value, gate)
};

struct Net : nn::Module {  // points [N, 2] -> logits [N, 2]
  Glu first{2, 64}, second{64, 64};
  nn::Linear last{64, 2};
  Tensor operator()(const Tensor& x) const { return last(second(first(x))); }
  LEPTON_FIELDS(first, second, last)
};

/// Points on two interleaved spirals of one and a half turns, with noise: x [n, 2], y [n].
static data::Dataset spirals(std::int64_t n) {
  const Tensor t = rand({n}), noise = randn({n, 2}) * 0.02;
  Tensor x = empty({n, 2}), y = empty({n}, {.dtype = i64});
  for (std::int64_t i = 0; i < n; ++i) {
    const double radius = 0.1 + 0.9 * t.data<float>()[i];
    const double angle = 3 * std::numbers::pi * radius + std::numbers::pi * double(i % 2);
    x.data<float>()[2 * i] = float(radius * std::cos(angle)) + noise.data<float>()[2 * i];
    x.data<float>()[2 * i + 1] = float(radius * std::sin(angle)) + noise.data<float>()[2 * i + 1];
    y.data<std::int64_t>()[i] = i % 2;
  }
  return data::TensorDataset(x, y);
}

static int train(const CLI::App& app, example::Options o) {
  if (!o.resume.empty()) adopt(app, o, io::load_metadata(o.resume));
  const Device device = prepare(o);
  const std::int64_t count = o.limit ? o.limit : 4000;
  const data::Dataset train = spirals(count), test = spirals(std::min<std::int64_t>(count, 1000));
  Net net;
  net.to(device);
  optim::Adam adam(net.parameters(), {.lr = o.lr});
  std::cout << "data    two spirals: " << train.size() << " points to train on, " << test.size()
            << " to test\nmodel\n"
            << net.describe() << std::flush;

  ConsoleProgress progress(example::progress_stream());
  FitOptions options = example::fit_options(app, o, progress);
  options.validation = test;
  options.metrics = {{"accuracy", metrics::Accuracy()}};
  interrupt_on_signal();
  const Report report = fit(net, adam, cross_entropy, train, options);

  auto figures = example::figures(o, report, net);
  figures["test_accuracy"] = evaluate(net, test, options.metrics)[0].value;
  std::printf("test accuracy %.4f\n", figures["test_accuracy"].get<double>());
  return example::finish(o, report, figures);
}

int main(int argc, char** argv) {
  CLI::App app("Trains a network with a layer of its own, on points that it draws");
  example::Options o;
  o.epochs = 10;
  o.lr = 0.01;
  example::add_options(app, o);
  return example::run(app, argc, argv, [&] { return train(app, o); });
}
