// Whole training steps on a batch that lies ready in memory: zero gradients, forward, loss, backward, update.
// step/NAME is the captured step, step/NAME_eager the same lines without compile. machine/... are the machine's limits.
//
//   train_bench --profile=NAME      how long each kernel of the captured step takes, instead of benchmarks
//   train_bench --explain=NAME      its plan in words
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include "benchmarks/machine/machine.hpp"
#include "benchmarks/workloads/all.hpp"

namespace lepton::bench {
namespace {

/// A way to run a step.
struct Mode {
  const char* suffix;
  bool captured;
};
constexpr Mode kModes[] = {{"", true}, {"_eager", false}};

auto step_of(Workload& workload) {
  return [&workload](const Tensor& x, const Tensor& y) { return workload.step(x, y); };
}

void run(benchmark::State& state, const NamedWorkload& named, const Mode& mode) {
  manual_seed(1);
  const auto workload = named.make();
  const auto eager = step_of(*workload);
  auto captured = compile(eager);
  const auto step = [&] { return mode.captured ? captured(workload->x, workload->y) : eager(workload->x, workload->y); };
  constexpr int kWarmUp = 3;
  for (int i = 0; i < kWarmUp; ++i) step();
  for (auto _ : state) benchmark::DoNotOptimize(step());
  state.counters["parameters"] = double(workload->parameter_count());
  if (!mode.captured) return;
  state.counters["arena_bytes"] = double(captured.arena_bytes());
  state.counters["recordings"] = captured.recordings();
}

void register_steps() {
  for (const NamedWorkload& named : kWorkloads)
    for (const Mode& mode : kModes)
      benchmark::RegisterBenchmark((std::string("step/") + named.name + mode.suffix).c_str(),
                                   [&named, &mode](benchmark::State& state) { run(state, named, mode); })
          ->Unit(benchmark::kMicrosecond);
}

/// Prints what a captured step is made of; false where no workload has that name.
bool tell(std::string_view name, bool times) {
  for (const NamedWorkload& named : kWorkloads) {
    if (name != named.name) continue;
    manual_seed(1);
    const auto workload = named.make();
    auto captured = compile(step_of(*workload));
    captured(workload->x, workload->y);
    constexpr int kSteps = 30;
    const std::string text = times ? captured.profile(kSteps, workload->x, workload->y) : captured.explain();
    std::fputs(text.c_str(), stdout);
    return true;
  }
  std::fprintf(stderr, "train_bench: there is no workload \"%.*s\"\n", int(name.size()), name.data());
  return false;
}

}  // namespace
}  // namespace lepton::bench

int main(int argc, char** argv) {
  using namespace lepton::bench;
  for (int i = 1; i < argc; ++i)
    for (const std::string_view option : {"--profile=", "--explain="})
      if (const std::string_view argument = argv[i]; argument.starts_with(option))
        return tell(argument.substr(option.size()), option == "--profile=") ? 0 : 2;
  register_steps();
  register_arithmetic();
  register_bandwidth();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
