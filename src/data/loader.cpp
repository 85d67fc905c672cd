// The loader: workers read batches ahead into a ring of slots, the consumer takes them in order.
#include "lepton/data/loader.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "lepton/core/error.hpp"
#include "src/data/draw.hpp"
#include "src/data/permutation.hpp"

namespace lepton::data {

struct Loader::State {
  Dataset dataset;
  LoaderOptions options;
  std::int64_t epoch = 0;
  std::int64_t first_step = 0;
  bool running = false;

  /// Of an epoch.
  std::int64_t samples() const {
    return options.weights.empty() || options.draws == 0 ? dataset.size() : options.draws;
  }

  std::int64_t steps() const {
    const std::int64_t n = samples(), b = options.batch_size;
    return options.last == LastBatch::drop ? n / b : (n + b - 1) / b;
  }

  std::vector<std::int64_t> order(std::int64_t of_epoch) const {
    if (options.shuffle == Shuffle::never) {
      std::vector<std::int64_t> same(static_cast<std::size_t>(dataset.size()));
      std::iota(same.begin(), same.end(), 0);
      return same;
    }
    const std::int64_t drawn = options.shuffle == Shuffle::each_epoch ? of_epoch : 0;
    const RandomStream random(options.seed, Purpose::shuffle, std::uint32_t(drawn));
    return options.weights.empty() ? permutation(dataset.size(), random)
                                   : draw(options.weights, samples(), random);
  }
};

/// One run over the data.
///
/// Step s is read into slot s % slots. A worker takes the next step once the consumer has emptied that slot,
/// so at most `prefetch` batches lie ready or are being read. `mutex_` guards everything that changes, except
/// `current_`, which is the consumer's own.
struct Loader::Epoch {
  explicit Epoch(State& state)
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
      const std::int64_t useful =
          std::min<std::int64_t>({state.options.workers, std::int64_t(slots_.size()), steps_ - step_});
      for (std::int64_t i = 0; i < useful; ++i) workers_.emplace_back([this] { work(); });
      fetch();
    } catch (...) {
      finish();
      throw;
    }
  }
  ~Epoch() { finish(); }
  Epoch(const Epoch&) = delete;
  Epoch& operator=(const Epoch&) = delete;

  bool at_end() const { return step_ >= steps_; }
  Batch& current() {
    if (at_end()) throw Error("Loader", "the epoch is over");
    return current_;
  }
  void advance() {
    if (at_end()) throw Error("Loader", "the epoch is over");
    ++step_;
    fetch();
  }

 private:
  struct Slot {
    std::optional<Batch> batch;
    std::exception_ptr error;
    bool full() const { return batch.has_value() || error; }
  };
  Slot& slot_of(std::int64_t step) { return slots_[std::size_t(step) % slots_.size()]; }

  Batch read(std::int64_t step) const {
    const std::int64_t from = step * state_.options.batch_size;
    const std::int64_t count = std::min(state_.options.batch_size, std::int64_t(order_.size()) - from);
    return state_.dataset.batch(std::span(order_).subspan(std::size_t(from), std::size_t(count)), epoch_);
  }

  /// Makes `current_` the batch of `step_`.
  void fetch() {
    current_ = Batch();  // its memory may serve the batches being read
    if (at_end()) return;
    if (workers_.empty()) {
      current_ = read(step_);
      return;
    }
    Slot taken;
    bool half_empty = false;
    {
      std::unique_lock lock(mutex_);
      Slot& slot = slot_of(step_);
      filled_.wait(lock, [&] { return slot.full(); });
      std::swap(taken, slot);
      consumed_ = step_ + 1;
      half_empty = next_to_read_ - consumed_ <= std::int64_t(slots_.size() / 2);
    }
    // Waking a thread costs as much as a small step, so they are woken for several batches at once.
    if (half_empty) emptied_.notify_all();
    if (taken.error) std::rethrow_exception(taken.error);
    current_ = std::move(*taken.batch);
  }

  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      emptied_.wait(lock, [&] { return stop_ || next_to_read_ >= steps_ || has_room(); });
      if (stop_ || next_to_read_ >= steps_) return;
      const std::int64_t step = next_to_read_++;
      lock.unlock();
      Slot result;
      try {
        result.batch = read(step);
      } catch (...) {
        result.error = std::current_exception();
      }
      lock.lock();
      std::swap(slot_of(step), result);
      filled_.notify_one();
    }
  }

  /// Whether the slot of the next step is empty and nobody is reading into it.
  bool has_room() const { return next_to_read_ - consumed_ < std::int64_t(slots_.size()); }

  void finish() {
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

Loader::Iterator::Iterator(std::unique_ptr<Epoch> epoch) : epoch_(std::move(epoch)) {}
Loader::Iterator::Iterator(Iterator&&) noexcept = default;
Loader::Iterator::~Iterator() = default;
Batch& Loader::Iterator::operator*() const { return epoch_->current(); }
Loader::Iterator& Loader::Iterator::operator++() {
  epoch_->advance();
  return *this;
}
bool Loader::Iterator::operator==(End) const { return epoch_->at_end(); }

Loader::Loader(Dataset dataset, const LoaderOptions& options)
    : state_(std::make_unique<State>(State{std::move(dataset), options})) {
  const auto require = [](bool ok, const std::string& what) {
    if (!ok) throw Error("Loader", what);
  };
  require(options.batch_size >= 1,
          "batch_size must be at least 1, not " + std::to_string(options.batch_size));
  require(options.workers >= 0, "workers must not be negative");
  require(options.prefetch >= 1, "prefetch must be at least 1, not " + std::to_string(options.prefetch));
  require(state_->dataset.size() > 0, "the dataset is empty");
  require(options.draws >= 0, "draws must not be negative");
  require(options.draws == 0 || !options.weights.empty(), "draws are made by weights, and there are none");
  if (!options.weights.empty()) {
    require(options.shuffle != Shuffle::never, "weights draw samples, so Shuffle::never cannot be kept");
    check_weights(options.weights, state_->dataset.size(), "Loader");
  }
  require(state_->steps() > 0, "LastBatch::drop leaves nothing: " + std::to_string(state_->samples()) +
                                   " samples do not fill a batch of " + std::to_string(options.batch_size));
}
Loader::Loader(Loader&&) noexcept = default;
Loader& Loader::operator=(Loader&&) noexcept = default;
Loader::~Loader() = default;

Loader::Iterator Loader::begin() {
  if (state_->running) throw Error("Loader", "a loop over it is running; make a second loader for another");
  return Iterator(std::make_unique<Epoch>(*state_));
}

std::int64_t Loader::steps_per_epoch() const { return state_->steps(); }
std::int64_t Loader::epoch() const { return state_->epoch; }
void Loader::set_epoch(std::int64_t epoch, std::int64_t step) {
  if (state_->running) throw Error("Loader", "set_epoch while a loop is running");
  if (epoch < 0 || step < 0 || step > steps_per_epoch())
    throw Error("Loader", "there is no step " + std::to_string(step) + " of epoch " + std::to_string(epoch) +
                              " in " + std::to_string(steps_per_epoch()) + " steps an epoch");
  state_->epoch = epoch;
  state_->first_step = step;
}
std::vector<std::int64_t> Loader::samples(std::int64_t epoch, std::int64_t step) const {
  const auto order = state_->order(epoch);
  const std::int64_t n = std::int64_t(order.size()), b = state_->options.batch_size;
  const std::int64_t from = std::clamp<std::int64_t>(step * b, 0, n);
  return {order.begin() + from, order.begin() + std::min(from + b, n)};
}
const Dataset& Loader::dataset() const { return state_->dataset; }
const LoaderOptions& Loader::options() const { return state_->options; }

}  // namespace lepton::data
