// Loader: the batches of an epoch, shuffled, and read ahead by threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "lepton/core/export.hpp"
#include "lepton/data/batch.hpp"
#include "lepton/data/dataset.hpp"

namespace lepton::data {

/// When the order of samples is drawn anew; `once` draws it for epoch 0 and keeps it.
enum class Shuffle { never, once, each_epoch };

/// What becomes of the samples that do not fill the last batch.
enum class LastBatch { keep, drop };

struct LoaderOptions {
  std::int64_t batch_size = 32;
  Shuffle shuffle = Shuffle::each_epoch;
  std::uint64_t seed = 0;
  /// Threads that read ahead. 0 reads in the caller's thread, which is also done where a batch is read faster than
  /// threads could hand it over (small tensors in memory).
  int workers = 2;
  int prefetch = 4;  ///< most batches that lie ready or are being read
  LastBatch last = LastBatch::keep;
  /// One a sample: an epoch then consists of samples drawn with chances in proportion to them, some more than once,
  /// others not at all (data/weights.hpp makes them from classes).
  std::vector<double> weights = {};
  std::int64_t draws = 0;  ///< samples of such an epoch; 0: as many as there are
};

/// Batches of a dataset: each `for (auto& [x, y] : loader)` runs one epoch.
///
/// The order is a permutation, or with weights a drawing, that depends on (seed, epoch) alone, never on the number of
/// workers. An error while a batch is read is thrown in the loop where that batch would have come. Leaving a loop early
/// stops the workers. Movable; its iterators must not outlive it. One loop at a time.
class LEPTON_API Loader {
  struct Epoch;

 public:
  /// Throws for an empty dataset, options out of range, and weights that do not fit the dataset.
  explicit Loader(Dataset dataset, const LoaderOptions& options = {});

  struct End {};
  /// Single-pass position in an epoch; owns the threads that read ahead.
  class LEPTON_API Iterator {
   public:
    Iterator(Iterator&&) noexcept;
    Iterator& operator=(Iterator&&) = delete;
    ~Iterator();
    Batch& operator*() const;
    Batch* operator->() const { return &**this; }
    Iterator& operator++();
    bool operator==(End) const;

   private:
    friend class Loader;
    explicit Iterator(std::unique_ptr<Epoch> epoch);
    std::unique_ptr<Epoch> epoch_;
  };

  /// Starts the epoch `epoch()`, at its first batch or where `set_epoch` said.
  Iterator begin();
  End end() const { return {}; }

  /// Batches in an epoch.
  std::int64_t steps_per_epoch() const;
  /// Samples in an epoch: those of the dataset, or `draws`, without what LastBatch::drop leaves out.
  std::int64_t samples_per_epoch() const;
  /// The epoch that is running or will run next, from 0. It moves on when a loop ends, in whatever way.
  std::int64_t epoch() const;
  /// Makes `epoch`, from its batch number `step`, the next to run: where a resumed training goes on.
  void set_epoch(std::int64_t epoch, std::int64_t step = 0);

  /// Indices in the dataset of the samples of a batch, in the order that it has in this epoch.
  std::vector<std::int64_t> samples(std::int64_t epoch, std::int64_t step) const;

  const Dataset& dataset() const;
  const LoaderOptions& options() const;

  Loader(Loader&&) noexcept;
  Loader& operator=(Loader&&) noexcept;
  ~Loader();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lepton::data
