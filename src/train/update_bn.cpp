// Means of batch statistics, taken from layers that only keep moving averages of them.
#include "lepton/train/update_bn.hpp"

#include "lepton/autograd/no_grad.hpp"
#include "lepton/data/loader.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/train/evaluation.hpp"
#include "src/train/mode_guard.hpp"

namespace lepton::detail {
namespace {

bool is_statistic(const std::string& path) {
  return path.ends_with("running_mean") || path.ends_with("running_var");
}

/// A running statistic r, the sum of what batches put into it, and the share m that each of them gets.
struct Statistic {
  Tensor running, sum, share;
};

/// A layer makes (1 - m) r + m b of its statistic r and the batch's b, with an m of its own. Passes from two values of
/// r tell it: from 0, and from one before which b is small, so that nothing cancels.
void find_shares(Task& task, const data::Batch& batch, std::vector<Statistic>& statistics) {
  constexpr double kLarge = 1e6;
  for (const Statistic& s : statistics) s.running.zero_();
  task.evaluate(batch, Task::Want::loss);
  std::vector<Tensor> from_zero, start;
  for (const Statistic& s : statistics) {
    from_zero.push_back(s.running.clone());
    start.push_back((max(abs(s.running)) + 1) * kLarge);
    s.running.copy_(start.back().expand(s.running.shape()));
  }
  task.evaluate(batch, Task::Want::loss);
  for (std::size_t i = 0; i < statistics.size(); ++i)
    statistics[i].share = 1 - (statistics[i].running - from_zero[i]) / start[i];
}

}  // namespace

void update_bn(Task& task, const data::Dataset& data, const UpdateBnOptions& options) {
  const ModeGuard modes(task.module());
  const GeneratorGuard generator;
  const NoGrad no_grad;
  std::vector<Statistic> statistics;
  std::vector<Tensor> counts;
  for (const auto& [path, t] : task.module().named_buffers()) {
    if (is_statistic(path)) statistics.push_back({t, zeros_like(t), {}});
    if (path.ends_with("num_batches_tracked")) counts.push_back(t);
  }
  if (statistics.empty()) return;
  task.module().train();
  const Device device = device_of(task.module());
  data::Loader loader(
      data, {.batch_size = options.batch_size, .shuffle = data::Shuffle::never, .workers = options.workers});
  std::int64_t batches = 0;
  for (data::Batch& read : loader) {
    const data::Batch batch = moved(std::move(read), device);
    if (batches++ == 0) find_shares(task, batch, statistics);
    for (const Statistic& s : statistics) s.running.zero_();
    task.evaluate(batch, Task::Want::loss);
    for (const Statistic& s : statistics) s.sum.add_(s.running);
  }
  for (const Statistic& s : statistics) s.running.copy_(s.sum / (s.share * double(batches)));
  for (const Tensor& count : counts) count.fill_(double(batches));
}

}  // namespace lepton::detail
