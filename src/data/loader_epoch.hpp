// What a Loader is made of: its state, and an epoch that is running.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "lepton/data/loader.hpp"

namespace lepton::data {

struct Loader::State {
  using Clock = std::chrono::steady_clock;

  Dataset dataset;
  LoaderOptions options;
  std::int64_t epoch = 0;
  std::int64_t first_step = 0;
  bool running = false;
  int cheap = 0;  // reads in a row that were cheap; guarded by the running epoch's mutex

  /// Of an epoch.
  std::int64_t samples() const;
  std::int64_t steps() const;
  std::vector<std::int64_t> order(std::int64_t of_epoch) const;

  /// Whether the consumer reads, and not the workers: it does after some reads that took no time to speak of.
  bool reads_itself() const;
  void took(Clock::duration time);
};

/// One run over the data.
///
/// Step s is read into slot s % slots. A worker takes the next step once the consumer has emptied that slot,
/// so at most `prefetch` batches lie ready or are being read. Where reads turn out to be cheap the consumer takes
/// over and the workers rest, until one is not. `mutex_` guards everything that changes, except `current_`, which
/// is the consumer's own.
struct Loader::Epoch {
  explicit Epoch(State& state);
  ~Epoch() { finish(); }
  Epoch(const Epoch&) = delete;
  Epoch& operator=(const Epoch&) = delete;

  bool at_end() const { return step_ >= steps_; }
  Batch& current();
  void advance();

 private:
  struct Slot {
    std::optional<Batch> batch;
    std::exception_ptr error;
    bool full() const { return batch.has_value() || error; }
  };
  Slot& slot_of(std::int64_t step) { return slots_[std::size_t(step) % slots_.size()]; }

  Batch read(std::int64_t step) const;
  /// A batch or the error in its place, and how long that took.
  std::pair<Slot, State::Clock::duration> attempt(std::int64_t step) const;

  /// Makes `current_` the batch of `step_`.
  void fetch();
  Slot take();
  Slot read_here(std::unique_lock<std::mutex>& lock);

  void start_workers();
  void work();
  bool may_read() const;
  void finish();

  State& state_;
  const std::int64_t epoch_;
  const std::vector<std::int64_t> order_;
  const std::int64_t steps_;
  std::int64_t step_;  // of `current_`; the consumer's own
  Batch current_;

  std::mutex mutex_;
  std::condition_variable filled_, emptied_;
  bool stop_ = false;
  std::int64_t next_to_read_;
  std::int64_t consumed_;  // steps whose slot the consumer has emptied
  std::vector<Slot> slots_;
  std::vector<std::thread> workers_;
};

}  // namespace lepton::data
