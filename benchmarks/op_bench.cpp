// Single operations, eagerly: op/ROW is a row of the op table on its large arguments, op/ROW/backward its gradients from a
// tape that is kept; op/ROW/SIZES are operations at the sizes of the networks in train_bench.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "benchmarks/op_sizes.hpp"
#include "lepton/autograd/backward.hpp"
#include "lepton/core/rng.hpp"
#include "tests/op_cases/all.hpp"
#include "tests/op_cases/draw.hpp"

namespace lepton::bench {
namespace {

using op_cases::Inputs;
using op_cases::OpCase;
using op_cases::Tensors;

/// An operation on arguments of certain sizes.
struct Subject {
  std::string name;
  std::function<Tensor(const Tensors&)> call;
  Inputs inputs;
  bool has_gradient;
  double flops = 0;  ///< of the forward pass
};

Tensors arguments_of(const Subject& subject, bool with_gradient) {
  Tensors x = op_cases::draw(subject.inputs, f32);
  if (with_gradient)
    for (std::size_t i = 0; i < x.size(); ++i)
      if (subject.inputs[i].is_real()) x[i].set_requires_grad();
  return x;
}

void count(benchmark::State& state, double flops) {
  if (flops > 0)
    state.counters["flops"] = benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
}

/// Runs `call` as often as the benchmark wants, after two calls that find memory and compile kernels.
template <class F> void repeat(benchmark::State& state, F call) {
  for (int i = 0; i < 2; ++i) call();
  for (auto _ : state) benchmark::DoNotOptimize(call());
}

void forward(benchmark::State& state, const Subject& subject) {
  const Tensors x = arguments_of(subject, false);
  repeat(state, [&] { return subject.call(x); });
  count(state, subject.flops);
}

void backward(benchmark::State& state, const Subject& subject) {
  const Tensors x = arguments_of(subject, true);
  Tensors by;
  for (const Tensor& t : x)
    if (t.requires_grad()) by.push_back(t);
  const Tensor y = subject.call(x);
  const BackwardOptions options{.gradient = ones_like(y.detach()), .retain_graph = true};
  repeat(state, [&] { return grad(y, by, options); });
  count(state, 2 * subject.flops);
}

void add(Subject made) {
  const auto subject = std::make_shared<const Subject>(std::move(made));
  benchmark::RegisterBenchmark(subject->name.c_str(), [subject](benchmark::State& s) {
    forward(s, *subject);
  })->Unit(benchmark::kMicrosecond);
  if (subject->has_gradient)
    benchmark::RegisterBenchmark((subject->name + "/backward").c_str(), [subject](benchmark::State& s) {
      backward(s, *subject);
    })->Unit(benchmark::kMicrosecond);
}

void register_rows() {
  for (OpCase& row : op_cases::all_cases())
    if (!row.large.empty())
      add({"op/" + row.name, std::move(row.call), std::move(row.large), row.derivatives > 0, 0});
}

void register_sizes() {
  for (SizedOp& op : sized_ops())
    add({"op/" + op.name, std::move(op.call), std::move(op.inputs), true, op.flops});
}

}  // namespace
}  // namespace lepton::bench

int main(int argc, char** argv) {
  lepton::manual_seed(1);
  lepton::bench::register_rows();
  lepton::bench::register_sizes();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
