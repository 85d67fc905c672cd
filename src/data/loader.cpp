// The loader: the order of an epoch, and what may be asked of it.
#include "lepton/data/loader.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "lepton/core/error.hpp"
#include "src/data/draw.hpp"
#include "src/data/loader_epoch.hpp"
#include "src/data/permutation.hpp"

namespace lepton::data {

std::int64_t Loader::State::samples() const {
  return options.weights.empty() || options.draws == 0 ? dataset.size() : options.draws;
}

std::int64_t Loader::State::steps() const {
  const std::int64_t n = samples(), b = options.batch_size;
  return options.last == LastBatch::drop ? n / b : (n + b - 1) / b;
}

std::vector<std::int64_t> Loader::State::order(std::int64_t of_epoch) const {
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
std::int64_t Loader::samples_per_epoch() const {
  return std::min(state_->samples(), state_->steps() * state_->options.batch_size);
}
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
