// The loader: what an epoch costs beside a device that computes elsewhere, in parts of what it must cost, which is the
// larger of all steps' time and all decoding spread over the workers.
//
//   loader_bench [FOLDER]     pictures of a folder a class, none kept; else a large picture shrunk anew for each sample,
//                             and rows of a table in memory
//
// A line a case: step and decoding a batch, workers, the epoch, and epoch / max(steps, decoding / workers).
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <thread>

#include "lepton/core/parallel.hpp"
#include "lepton/data/image.hpp"
#include "lepton/data/image_folder.hpp"
#include "lepton/data/loader.hpp"
#include "lepton/tensor/factory.hpp"

using namespace lepton;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::int64_t kBatch = 16, kSide = 224;
constexpr std::int64_t kRows = 40'000, kColumns = 20, kRowsBatch = 32;
constexpr double kSleep = 1e-3;  // a sleep is no shorter than some tens of microseconds
constexpr int kRounds = 5;       // of which the best counts: the others were disturbed

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// A 640 x 480 picture, shrunk for each sample: about the work of decoding a photo.
struct Shrunk {
  data::Image large{480, 640, 3, std::vector<std::uint8_t>(480 * 640 * 3, 77)};
  std::int64_t size() const { return 24 * kBatch; }
  data::Batch batch(std::span<const std::int64_t> indices) const {
    const Tensor x = empty({std::int64_t(indices.size()), 3, kSide, kSide});
    float* out = x.data<float>();
    for (std::size_t i = 0; i < indices.size(); ++i) {
      const data::Image small = data::resize(large, kSide, kSide);
      for (const std::uint8_t p : small.pixels) *out++ = float(p) / 255.0f;
    }
    return data::Batch({x, zeros({std::int64_t(indices.size())}, {.dtype = i64})});
  }
};

/// Keeps a device busy for so long, and this thread waiting.
void wait(double seconds) {
  const auto start = Clock::now();
  if (seconds >= kSleep) std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  while (since(start) < seconds) {}
}

/// Seconds of an epoch with a step that takes so long.
double epoch(data::Loader& loader, double step) {
  const auto start = Clock::now();
  for (auto& batch : loader) {
    static_cast<void>(batch);
    if (step > 0) wait(step);
  }
  return since(start);
}

double best_epoch(const data::Dataset& data, std::int64_t batch, int workers, double step) {
  data::Loader loader(data, {.batch_size = batch, .workers = workers});
  double best = epoch(loader, step);
  for (int i = 1; i < kRounds; ++i) best = std::min(best, epoch(loader, step));
  return best;
}

void pictures(const data::Dataset& data) {
  const double steps = std::ceil(double(data.size()) / double(kBatch));
  std::printf("%8s %10s %10s %10s %8s\n", "workers", "decode ms", "step ms", "epoch s", "ratio");
  for (int workers = 1; workers <= num_threads(); ++workers) {
    const double decoding = best_epoch(data, kBatch, 0, 0) / steps;
    for (const double share : {0.0, 0.5, 1.0, 2.0}) {  // of a batch's decoding over the workers
      const double step = share * decoding / workers;
      const double seconds = best_epoch(data, kBatch, workers, step);
      const double least = steps * std::max(step, decoding / workers);
      std::printf("%8d %10.2f %10.2f %10.3f %8.3f\n", workers, decoding * 1e3, step * 1e3, seconds,
                  seconds / least);
    }
  }
}

/// Rows of a table, which cost less than handing them from thread to thread.
void rows() {
  const data::Dataset data = data::TensorDataset(zeros({kRows, kColumns}), zeros({kRows}, {.dtype = i64}));
  const double steps = double(kRows / kRowsBatch);
  std::printf("%lld rows of %lld numbers\n%8s %10s %10s %8s\n", static_cast<long long>(kRows),
              static_cast<long long>(kColumns), "workers", "step us", "epoch ms", "ratio");
  for (int workers = 0; workers <= num_threads(); ++workers)
    for (const double step : {0.0, 10e-6, 20e-6, 40e-6}) {
      const double seconds = best_epoch(data, kRowsBatch, workers, step);
      std::printf("%8d %10.0f %10.2f", workers, step * 1e6, seconds * 1e3);
      if (step > 0) std::printf(" %8.3f", seconds / (steps * step));
      std::printf("\n");
    }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 2) rows(), pictures(Shrunk{});
    else pictures(data::ImageFolder(argv[1], {.height = kSide, .width = kSide, .cache_bytes = 0}));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "loader_bench: %s\n", error.what());
    return 1;
  }
}
