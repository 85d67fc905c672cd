// The training loop.
#include "lepton/train/fit.hpp"

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "lepton/compile/compile.hpp"
#include "lepton/compile/tune.hpp"
#include "lepton/core/rng.hpp"
#include "lepton/io/checkpoint.hpp"
#include "lepton/train/interrupt.hpp"
#include "src/train/evaluation.hpp"
#include "src/train/mode_guard.hpp"

namespace lepton::detail {
namespace {

// Keys of TrainingState::extra, for checkpoints in the middle of an epoch.
constexpr const char* kEpochStep = "epoch_step";
constexpr const char* kBatchSize = "batch size";
constexpr const char* kSamples = "samples";
constexpr const char* kAutocast = "autocast";  // not there for f32

// Steps after which a captured step is compared with what the loss does by then.
constexpr int kVerify = 100;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class Training {
 public:
  Training(Task& task, optim::Optimizer& optimizer, const data::Dataset& train, const FitOptions& options);
  Report run();

 private:
  void resume();
  void make_folder() const;
  void train_epoch();
  Tensor run_step(const data::Batch& batch);
  Tensor step(const data::Batch& batch);
  void account(double loss, std::int64_t samples);
  void validate();
  void save();

  Task& task_;
  optim::Optimizer& optimizer_;
  const FitOptions& options_;
  data::Loader loader_;
  Device device_;
  CapturedStep captured_;
  std::int64_t epoch_ = 0, step_ = 0;  // the next to run, from 0
  bool saved_ = false;                 // whether the checkpoint is of this position
  double loss_sum_ = 0;                // of this epoch's samples
  TrainingPosition position_;
  Report report_;
};

Training::Training(Task& task, optim::Optimizer& optimizer, const data::Dataset& train,
                   const FitOptions& options)
    : task_(task),
      optimizer_(optimizer),
      options_(options),
      loader_(train, {.batch_size = options.batch_size, .seed = options.seed, .workers = options.workers}),
      device_(device_of(task.module())),
      captured_({.verify = kVerify, .on_refusal = Refusal::eager}) {
  if (options.epochs < 0)
    throw Error("fit", "epochs must not be negative, got " + std::to_string(options.epochs));
  if (options.lr < 0 || !std::isfinite(options.lr))
    throw Error("fit", "lr must be a finite number of at least 0, got " + std::to_string(options.lr));
  if (!options.resume.empty()) resume();
  if (options.lr > 0) optimizer.set_lr(options.lr);
  position_.epochs = options.epochs;
  position_.steps = loader_.steps_per_epoch();
}

Report Training::run() {
  const Autocast autocast(options_.autocast);
  const ModeGuard modes(task_.module());
  // A module that is in training already is left alone, with whatever it has frozen within.
  if (!task_.module().training()) task_.module().train();
  make_folder();

  while (epoch_ < options_.epochs && !report_.interrupted) {
    train_epoch();
    save();
    if (!report_.interrupted) validate();
  }
  if (!saved_) save();
  report_.epochs_done = epoch_;
  report_.steps = optimizer_.steps();
  return std::move(report_);
}

void Training::resume() {
  const io::TrainingState state = io::load_checkpoint(options_.resume, task_.module(), optimizer_);
  const auto check = [&](const char* what, std::uint64_t then, std::uint64_t now) {
    if (then != now)
      throw Error(options_.resume, std::string("was trained with ") + what + " " + std::to_string(then) +
                                       ", not " + std::to_string(now) +
                                       ", so it cannot go on where it stopped");
  };
  const auto note = [&](const std::string& what, const std::string& then, const std::string& now) {
    if (then != now) report_.notes.push_back("resumed with another " + what + ": " + then + " before, now " + now);
  };
  const auto text = [&](const char* key, const char* otherwise) -> std::string {
    const auto found = state.extra.find(key);
    return found == state.extra.end() ? otherwise : found->second;
  };
  const auto extra = [&](const char* key) { return std::strtoull(text(key, "0").c_str(), nullptr, 10); };
  check("seed", state.seed, options_.seed);
  epoch_ = state.epoch;
  step_ = std::int64_t(extra(kEpochStep));
  if (step_ > 0) {
    check(kBatchSize, extra(kBatchSize), std::uint64_t(options_.batch_size));
    check(kSamples, extra(kSamples), std::uint64_t(loader_.dataset().size()));
  }
  const auto or_none = [](const std::string& hash) { return hash.empty() ? "none" : hash; };
  note("tuning", or_none(state.tuning), or_none(tuning_hash()));
  note("autocast", text(kAutocast, "f32"), std::string(name_of(options_.autocast)));
  default_generator().set_seed(state.generator_seed);
  default_generator().set_offset(state.generator_offset);
  saved_ = options_.save == options_.resume;
}

/// Of the checkpoint: that it cannot be made is better found out now than after an epoch.
void Training::make_folder() const {
  if (options_.save.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(options_.save, error);
  if (error) throw Error(options_.save, "cannot be made: " + error.message());
}

void Training::save() {
  saved_ = true;
  if (options_.save.empty()) return;
  io::Metadata extra = {{kEpochStep, std::to_string(step_)},
                        {kBatchSize, std::to_string(options_.batch_size)},
                        {kSamples, std::to_string(loader_.dataset().size())}};
  if (options_.autocast != f32) extra.emplace(kAutocast, name_of(options_.autocast));
  io::save_checkpoint(options_.save, task_.module(), optimizer_,
                      {.epoch = epoch_,
                       .step = optimizer_.steps(),
                       .seed = options_.seed,
                       .generator_seed = default_generator().seed(),
                       .generator_offset = default_generator().offset(),
                       .extra = std::move(extra)},
                      options_.metadata);
}

/// From the position on to the end of the epoch, or to an interruption.
void Training::train_epoch() {
  report_.epochs.push_back({.epoch = epoch_ + 1});
  position_.epoch = epoch_ + 1;
  position_.step = step_;
  position_.samples = 0;
  position_.seconds = position_.loss = loss_sum_ = 0;
  if (options_.progress) options_.progress->epoch_begins(position_);

  loader_.set_epoch(epoch_, step_);
  const double start = now();
  for (data::Batch& read : loader_) {
    if (interrupt_requested()) break;
    const data::Batch batch = moved(std::move(read), device_);
    const Tensor loss = step(batch);
    position_.seconds = now() - start;
    account(loss.item(), batch[0].size(0));
    if (options_.progress) options_.progress->step_done(position_);
  }
  saved_ = false;
  report_.interrupted = interrupt_requested();
  if (step_ == loader_.steps_per_epoch()) {
    ++epoch_;
    step_ = 0;
  }
}

/// Runs on the device alone: what the host wants to know it reads from the result, outside.
Tensor Training::run_step(const data::Batch& batch) {
  const Tensor loss = task_.loss(batch);
  optimizer_.zero_grad();
  loss.backward();
  optimizer_.step();
  return loss;
}

Tensor Training::step(const data::Batch& batch) {
  if (options_.step == StepMode::eager) return run_step(batch);
  const auto call = [](void* self, std::span<const Tensor> inputs) {
    return std::vector{static_cast<Training*>(self)->run_step(data::Batch({inputs.begin(), inputs.end()}))};
  };
  Tensor loss;
  const bool was_captured = captured_.refusal().empty();
  captured_.run({this, call}, {batch.begin(), batch.end()}, {&loss, 1});
  if (was_captured && !captured_.refusal().empty())
    report_.notes.push_back("the step runs as written, since it could not be captured: " + captured_.refusal());
  return loss;
}

void Training::account(double loss, std::int64_t samples) {
  ++step_;
  if (!std::isfinite(loss))
    throw Error("fit", "the loss is " + std::to_string(loss) + " at epoch " + std::to_string(epoch_ + 1) +
                           ", step " + std::to_string(step_) +
                           "; try a lower learning rate, and look for such values in the data");
  loss_sum_ += loss * double(samples);
  position_.step = step_;
  position_.samples += samples;
  position_.loss = loss_sum_ / double(position_.samples);
  EpochReport& epoch = report_.epochs.back();
  ++epoch.steps;
  epoch.samples = position_.samples;
  epoch.seconds = position_.seconds;
  epoch.loss = position_.loss;
}

void Training::validate() {
  EpochReport& epoch = report_.epochs.back();
  if (options_.validation.defined()) {
    data::Loader loader(
        options_.validation,
        {.batch_size = options_.batch_size, .shuffle = data::Shuffle::never, .workers = options_.workers});
    auto figures = evaluate_pass(task_, loader, options_.metrics, OnInterrupt::stop);
    if (!figures) {
      report_.interrupted = true;
      return;
    }
    epoch.validation = position_.validation = std::move(*figures);
  }
  if (options_.progress) options_.progress->epoch_ends(position_, epoch);
}

}  // namespace

Report fit(Task& task, optim::Optimizer& optimizer, const data::Dataset& train, const FitOptions& options) {
  return Training(task, optimizer, train, options).run();
}

}  // namespace lepton::detail
