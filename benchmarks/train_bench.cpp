// Whole training steps on a batch that lies ready in memory: zero gradients, forward, loss, backward, update.
// step/NAME is the captured step, step/NAME_eager the same lines without compile.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "lepton/lepton.hpp"

namespace {

using namespace lepton;

/// A workload: the model, its batch, and the step over them.
template <class Optimizer> struct Workload {
  nn::Sequential model;
  Tensor x, y;
  Tensor (*loss)(const Tensor&, const Tensor&);
  Optimizer optimizer;

  Tensor step(const Tensor& input, const Tensor& target) {
    optimizer.zero_grad();
    const Tensor value = loss(model(input), target);
    value.backward();
    optimizer.step();
    return value;
  }
};

/// x [32, 20]; Linear 128, relu, Dropout 0.5, Linear 1; Adam 1e-3.
auto make_mlp() {
  manual_seed(1);
  nn::Sequential model{nn::Linear(20, 128), relu, nn::Dropout(0.5), nn::Linear(128, 1)};
  const Tensor x = randn({32, 20}), y = cast(rand({32, 1}) > 0.5, f32);
  auto parameters = model.parameters();
  return Workload<optim::Adam>{std::move(model), x, y, binary_cross_entropy_with_logits,
                               optim::Adam(std::move(parameters), {.lr = 1e-3})};
}

/// x [32, 3, 64, 64]; Conv 32, relu, pool, Conv 64, relu, pool, Linear 64, relu, Linear 10; Adam 1e-3.
auto make_cnn() {
  manual_seed(1);
  nn::Sequential model{nn::Conv2d({.in = 3, .out = 32, .kernel = 3}), relu, nn::MaxPool2d(2),
                       nn::Conv2d({.in = 32, .out = 64, .kernel = 3}), relu, nn::MaxPool2d(2), nn::Flatten(),
                       nn::Linear(12544, 64), relu, nn::Linear(64, 10)};
  const Tensor x = randn({32, 3, 64, 64}), y = cast(rand({32}) * 10, i64);
  auto parameters = model.parameters();
  return Workload<optim::Adam>{std::move(model), x, y, cross_entropy,
                               optim::Adam(std::move(parameters), {.lr = 1e-3})};
}

enum class Mode { eager, captured };

template <class Make> void run(benchmark::State& state, Make make, Mode mode) {
  auto workload = make();
  const auto function = [&](const Tensor& x, const Tensor& y) { return workload.step(x, y); };
  auto captured = compile(function);
  const auto step = [&] {
    return mode == Mode::eager ? function(workload.x, workload.y) : captured(workload.x, workload.y);
  };
  for (int i = 0; i < 3; ++i) step();
  for (auto _ : state) benchmark::DoNotOptimize(step());
}

template <class Make> void add(const std::string& name, Make make, benchmark::TimeUnit unit) {
  for (const Mode mode : {Mode::captured, Mode::eager})
    benchmark::RegisterBenchmark(("step/" + name + (mode == Mode::eager ? "_eager" : "")).c_str(),
                                 [=](benchmark::State& state) { run(state, make, mode); })
        ->Unit(unit);
}

}  // namespace

int main(int argc, char** argv) {
  add("mlp", make_mlp, benchmark::kMicrosecond);
  add("cnn", make_cnn, benchmark::kMillisecond);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
