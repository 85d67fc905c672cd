// A running epoch: workers read into a ring of slots, the consumer takes them in order, or reads itself.
#include "src/data/loader_epoch.hpp"

#include "lepton/core/error.hpp"

namespace lepton::data {
namespace {

// Below this, handing a batch from thread to thread takes the consumer longer than reading it itself.
constexpr auto kHandOver = std::chrono::microseconds(10);
constexpr int kCheapInARow = 4;  // reads; a single one may be luck

}  // namespace

bool Loader::State::reads_itself() const { return options.workers == 0 || cheap == kCheapInARow; }

void Loader::State::took(Clock::duration time) {
  cheap = time < kHandOver ? std::min(cheap + 1, kCheapInARow) : 0;
}

Loader::Epoch::Epoch(State& state)
    : state_(state),
      epoch_(state.epoch),
      order_(state.order(state.epoch)),
      steps_(state.steps()),
      step_(state.first_step),
      next_to_read_(state.first_step),
      consumed_(state.first_step),
      slots_(std::size_t(std::max(1, state.options.prefetch))) {
  state_.running = true;
  try {
    if (!state.reads_itself()) start_workers();
    fetch();
  } catch (...) {
    finish();
    throw;
  }
}

Batch& Loader::Epoch::current() {
  if (at_end()) throw Error("Loader", "the epoch is over");
  return current_;
}

void Loader::Epoch::advance() {
  if (at_end()) throw Error("Loader", "the epoch is over");
  ++step_;
  fetch();
}

Batch Loader::Epoch::read(std::int64_t step) const {
  const std::int64_t from = step * state_.options.batch_size;
  const std::int64_t count = std::min(state_.options.batch_size, std::int64_t(order_.size()) - from);
  return state_.dataset.batch(std::span(order_).subspan(std::size_t(from), std::size_t(count)), epoch_);
}

auto Loader::Epoch::attempt(std::int64_t step) const -> std::pair<Slot, State::Clock::duration> {
  const auto start = State::Clock::now();
  Slot result;
  try {
    result.batch = read(step);
  } catch (...) {
    result.error = std::current_exception();
  }
  return {std::move(result), State::Clock::now() - start};
}

void Loader::Epoch::fetch() {
  current_ = Batch();  // its memory may serve the batches being read
  if (at_end()) return;
  std::unique_lock lock(mutex_);
  const auto is_mine = [&] { return state_.reads_itself() && next_to_read_ <= step_; };
  filled_.wait(lock, [&] { return slot_of(step_).full() || is_mine(); });
  Slot taken = is_mine() ? read_here(lock) : take();
  lock.unlock();
  if (taken.error) std::rethrow_exception(taken.error);
  current_ = std::move(*taken.batch);
}

Loader::Epoch::Slot Loader::Epoch::take() {
  Slot taken;
  std::swap(taken, slot_of(step_));
  consumed_ = step_ + 1;
  // Waking a thread costs as much as a small step, so they are woken for several batches at once.
  if (next_to_read_ - consumed_ <= std::int64_t(slots_.size() / 2)) emptied_.notify_all();
  return taken;
}

Loader::Epoch::Slot Loader::Epoch::read_here(std::unique_lock<std::mutex>& lock) {
  next_to_read_ = consumed_ = step_ + 1;
  lock.unlock();
  auto [result, time] = attempt(step_);
  lock.lock();
  state_.took(time);
  if (!state_.reads_itself()) {
    if (workers_.empty()) start_workers();
    emptied_.notify_all();
  }
  return std::move(result);
}

void Loader::Epoch::start_workers() {
  const std::int64_t useful =
      std::min<std::int64_t>({state_.options.workers, std::int64_t(slots_.size()), steps_ - next_to_read_});
  for (std::int64_t i = 0; i < useful; ++i) workers_.emplace_back([this] { work(); });
}

void Loader::Epoch::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    emptied_.wait(lock, [&] { return stop_ || next_to_read_ >= steps_ || may_read(); });
    if (stop_ || next_to_read_ >= steps_) return;
    const std::int64_t step = next_to_read_++;
    lock.unlock();
    auto [result, time] = attempt(step);
    lock.lock();
    state_.took(time);
    std::swap(slot_of(step), result);
    filled_.notify_one();
  }
}

/// Whether the slot of the next step is empty, nobody is reading into it, and it is the workers' turn.
bool Loader::Epoch::may_read() const {
  return !state_.reads_itself() && next_to_read_ - consumed_ < std::int64_t(slots_.size());
}

void Loader::Epoch::finish() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  emptied_.notify_all();
  for (std::thread& w : workers_) w.join();
  state_.running = false;
  state_.first_step = 0;
  ++state_.epoch;
}

}  // namespace lepton::data
