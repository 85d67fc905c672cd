// A training's checkpoints: what they hold, and how it goes on from one.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "lepton/compile/tune.hpp"
#include "lepton/core/rng.hpp"
#include "src/train/training.hpp"

namespace lepton::detail {
namespace {

// Keys of TrainingState::extra. Those that are not there have the value that does nothing.
constexpr const char* kEpochStep = "epoch_step";
constexpr const char* kBatchSize = "batch size";
constexpr const char* kSamples = "samples";
constexpr const char* kNext = "next_samples";
constexpr const char* kAccumulate = "accumulate";
constexpr const char* kAutocast = "autocast";
constexpr const char* kLossSum = "epoch_loss_sum";
constexpr const char* kLossCount = "epoch_loss_count";
constexpr const char* kUnvalidated = "unvalidated";

const char* const kParts[] = {"optim", "schedule", "scaler", "monitor", "plateau"};

void require(bool holds, const std::string& what) {
  if (!holds) throw Error("fit", what);
}

/// So that it is read back bit for bit.
std::string exact(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

double as_double(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void append(io::Named& parts, const std::string& part, const optim::Optimizer::Named& state) {
  for (const auto& [name, t] : state) parts.emplace_back(part + "." + name, t);
}

}  // namespace

void Training::check_options() const {
  const FitOptions& o = options_;
  require(o.epochs >= 0, "epochs must not be negative, got " + std::to_string(o.epochs));
  require(o.lr >= 0 && std::isfinite(o.lr),
          "lr must be a finite number of at least 0, got " + std::to_string(o.lr));
  require(o.save_steps >= 0, "save_steps must not be negative, got " + std::to_string(o.save_steps));
  require(!o.plateau || o.schedules.empty(),
          "a plateau and schedules would overwrite each other's rates; give one");
  std::set<std::string> names(std::begin(kParts), std::end(kParts));
  for (const Averaged& a : o.averages)
    require(!a.name().empty() && a.name().find('.') == std::string::npos && names.insert(a.name()).second,
            "'" + a.name() + "' cannot be the name of an average: it is taken, empty, or has a dot");
}

/// Those of the checkpoints: that one cannot be made is better found out now than after an epoch.
void Training::make_folders() const {
  for (const std::string& folder : {options_.save, options_.save_best}) {
    if (folder.empty()) continue;
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) throw Error(folder, "cannot be made: " + error.message());
  }
}

io::Named Training::parts() const {
  io::Named parts = monitor_.state();
  if (scheduler_) append(parts, "schedule", scheduler_->state());
  if (options_.scaler) append(parts, "scaler", options_.scaler->state());
  for (const Averaged& a : options_.averages) append(parts, a.name(), a.state());
  return parts;
}

void Training::resume() {
  const io::TrainingState state = io::load_checkpoint(options_.resume, task_.module(), optimizer_, parts());
  const auto check = [&](const char* what, std::uint64_t then, std::uint64_t now) {
    if (then != now)
      throw Error(options_.resume, std::string("was trained with ") + what + " " + std::to_string(then) +
                                       ", not " + std::to_string(now) +
                                       ", so it cannot go on where it stopped");
  };
  const auto differs = [&](const std::string& what, const std::string& then, const std::string& now) {
    if (then != now)
      report_.notes.push_back("resumed with another " + what + ": " + then + " before, now " + now);
  };
  const auto text = [&](const char* key, const char* otherwise) -> std::string {
    const auto found = state.extra.find(key);
    return found == state.extra.end() ? otherwise : found->second;
  };
  const auto number = [&](const char* key, const char* otherwise = "0") {
    return std::strtoull(text(key, otherwise).c_str(), nullptr, 10);
  };
  for (const std::string& note : state.notes) report_.notes.push_back("resuming: " + note);
  check("seed", state.seed, loader_.options().seed);
  epoch_ = state.epoch;
  step_ = std::int64_t(number(kEpochStep));
  if (step_ > 0) {
    check(kBatchSize, number(kBatchSize), std::uint64_t(loader_.options().batch_size));
    check(kSamples, number(kSamples), std::uint64_t(loader_.samples_per_epoch()));
    check(kAccumulate, number(kAccumulate, "1"), std::uint64_t(options_.accumulate));
    if (const std::string next = next_samples(); text(kNext, next.c_str()) != next)
      throw Error(options_.resume, "stopped before samples " + text(kNext, "") + "..., where now come " +
                                       next +
                                       "...: the loader shuffles or weights otherwise, so it cannot go on "
                                       "where it stopped");
  }
  loss_sum_ = as_double(text(kLossSum, "0"));
  loss_count_ = as_double(text(kLossCount, "0"));
  unvalidated_ = number(kUnvalidated) != 0;
  const auto or_none = [](const std::string& hash) { return hash.empty() ? "none" : hash; };
  differs("tuning", or_none(state.tuning), or_none(tuning_hash()));
  differs("autocast", text(kAutocast, "f32"), std::string(name_of(options_.autocast)));
  default_generator().set_seed(state.generator_seed);
  default_generator().set_offset(state.generator_offset);
  saved_ = options_.save == options_.resume;
  if (options_.lr > 0) restart_schedule();
}

/// The first of the next batch, by which the order of an epoch is known again.
std::string Training::next_samples() const {
  constexpr std::size_t kMost = 16;
  const std::vector<std::int64_t> batch = loader_.samples(epoch_, step_);
  std::string text;
  for (std::size_t i = 0; i < std::min(batch.size(), kMost); ++i)
    text += (i == 0 ? "" : " ") + std::to_string(batch[i]);
  return text;
}

/// The rate of the options takes the place of the checkpoint's, and is what its schedule goes on from.
void Training::restart_schedule() {
  optimizer_.set_lr(options_.lr);
  if (!scheduler_) return;
  for (const auto& [name, t] : scheduler_->state()) {
    if (name == "base_lrs") t.fill_(options_.lr);
    if (name == "last_epoch") t.fill_(t.item() - 1);
  }
  scheduler_->step();
}

void Training::write(const std::string& folder) {
  io::Metadata extra = {{kEpochStep, std::to_string(step_)},
                        {kBatchSize, std::to_string(loader_.options().batch_size)},
                        {kSamples, std::to_string(loader_.samples_per_epoch())}};
  if (step_ > 0) extra.emplace(kNext, next_samples());
  if (options_.accumulate > 1) extra.emplace(kAccumulate, std::to_string(options_.accumulate));
  if (options_.autocast != f32) extra.emplace(kAutocast, name_of(options_.autocast));
  if (step_ > 0 || unvalidated_) {
    extra.emplace(kLossSum, exact(loss_sum_));
    extra.emplace(kLossCount, exact(loss_count_));
  }
  if (unvalidated_) extra.emplace(kUnvalidated, "1");
  io::save_checkpoint(folder, task_.module(), optimizer_,
                      {.epoch = epoch_,
                       .step = optimizer_.steps(),
                       .seed = loader_.options().seed,
                       .generator_seed = default_generator().seed(),
                       .generator_offset = default_generator().offset(),
                       .extra = std::move(extra)},
                      options_.metadata, parts());
}

void Training::save() {
  saved_ = true;
  saved_step_ = step_;
  if (options_.save.empty()) return;
  try {
    write(options_.save);
    report_.save_error.clear();
  } catch (const Error& error) {
    report_.save_error = error.what();
    note("epoch " + std::to_string(position_.epoch) + ", step " + std::to_string(position_.step) +
         ": no checkpoint was written: " + error.what());
  }
}

void Training::save_best() {
  if (options_.save_best.empty()) return;
  try {
    write(options_.save_best);
  } catch (const Error& error) {
    note("epoch " + std::to_string(position_.epoch) +
         ": the best checkpoint was not written: " + error.what());
  }
}

}  // namespace lepton::detail
