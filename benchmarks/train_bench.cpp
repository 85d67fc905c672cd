// Whole training steps on a batch that lies ready in memory: zero gradients, forward, loss, backward, update.
// step/NAME is the captured step, step/NAME_eager the same lines without compile; step/NAME_bf16 and NAME_bf16_eager are
// mixed precision. machine/... are the machine's limits.
//
//   train_bench --profile=NAME      how long each kernel of the captured step takes, instead of benchmarks
//   train_bench --explain=NAME      its plan in words
//   train_bench --serve=NAME        for compare.py: times the step whenever a line comes in
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/machine/machine.hpp"
#include "benchmarks/workloads/all.hpp"

namespace lepton::bench {
namespace {

/// A way to run a step.
struct Mode {
  const char* suffix;
  bool captured;
  DType type;  ///< of products, under Autocast
};
constexpr Mode kModes[] = {
    {"", true, f32}, {"_eager", false, f32}, {"_bf16", true, bf16}, {"_bf16_eager", false, bf16}};

/// A workload and the step over it, captured or not, warm.
class Step {
 public:
  Step(const NamedWorkload& named, const Mode& mode) : mode_(mode) {
    manual_seed(1);
    workload_ = named.make();
    constexpr int kWarmUp = 3;
    for (int i = 0; i < kWarmUp; ++i) (*this)();
  }
  Tensor operator()() {
    Workload& w = *workload_;
    return mode_.captured ? captured_(w.x, w.y) : w.step(w.x, w.y, mode_.type);
  }
  std::int64_t parameter_count() const { return workload_->parameter_count(); }
  auto& captured() { return captured_; }
  std::string profile(int steps) { return captured_.profile(steps, workload_->x, workload_->y); }

 private:
  struct Function {
    Step* self;
    Tensor operator()(const Tensor& x, const Tensor& y) const {
      return self->workload_->step(x, y, self->mode_.type);
    }
  };
  Mode mode_;
  std::unique_ptr<Workload> workload_;
  Compiled<Function> captured_ = compile(Function{this});
};

void run(benchmark::State& state, const NamedWorkload& named, const Mode& mode) {
  Step step(named, mode);
  for (auto _ : state) benchmark::DoNotOptimize(step());
  state.counters["parameters"] = double(step.parameter_count());
  if (!mode.captured) return;
  state.counters["arena_bytes"] = double(step.captured().arena_bytes());
  state.counters["recordings"] = step.captured().recordings();
}

void register_steps() {
  for (const NamedWorkload& named : kWorkloads)
    for (const Mode& mode : kModes)
      benchmark::RegisterBenchmark((std::string("step/") + named.name + mode.suffix).c_str(),
                                   [&named, &mode](benchmark::State& state) { run(state, named, mode); })
          ->Unit(benchmark::kMicrosecond);
}

/// Seconds of each step for a second, and of three at least.
std::vector<double> time_steps(Step& step) {
  using Clock = std::chrono::steady_clock;
  constexpr std::size_t kLeast = 3;
  std::vector<double> seconds;
  for (const auto start = Clock::now();
       seconds.size() < kLeast || Clock::now() - start < std::chrono::seconds(1);) {
    const auto before = Clock::now();
    step();
    seconds.push_back(std::chrono::duration<double>(Clock::now() - before).count());
  }
  return seconds;
}

/// Answers compare.py as its peers do: a line when the step is warm, then the median of steps for each line of input.
void serve(Step& step) {
  std::printf("{\"parameters\": %lld, \"loss\": %g}\n", static_cast<long long>(step.parameter_count()),
              step().item());
  for (std::string line; std::fflush(stdout), std::getline(std::cin, line);) {
    std::vector<double> seconds = time_steps(step);
    const auto middle = seconds.begin() + std::ptrdiff_t(seconds.size() / 2);
    std::nth_element(seconds.begin(), middle, seconds.end());
    std::printf("{\"seconds\": %.9g}\n", *middle);
  }
}

/// How long each kernel takes, after a second in which threads find their cores and clocks rise.
std::string profile(Step& step) {
  constexpr std::size_t kMost = 1000;
  const std::size_t steps = time_steps(step).size();
  return step.profile(int(std::min(steps, kMost)));
}

/// What is done instead of benchmarks, with the step that `name` says; false where there is none.
bool act(std::string_view action, const std::string& name) {
  for (const NamedWorkload& named : kWorkloads)
    for (const Mode& mode : kModes) {
      if (name != std::string(named.name) + mode.suffix) continue;
      Step step(named, mode);
      if (action == "serve") serve(step);
      else std::fputs((action == "profile" ? profile(step) : step.captured().explain()).c_str(), stdout);
      return true;
    }
  std::fprintf(stderr, "train_bench: there is no step \"%s\"\n", name.c_str());
  return false;
}

}  // namespace
}  // namespace lepton::bench

int main(int argc, char** argv) {
  using namespace lepton::bench;
  if (argc == 2)
    for (const std::string_view action : {"profile", "explain", "serve"})
      if (const std::string start = "--" + std::string(action) + "=";
          std::string_view(argv[1]).starts_with(start))
        return act(action, argv[1] + start.size()) ? 0 : 2;
  register_steps();
  register_arithmetic();
  register_bandwidth();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
