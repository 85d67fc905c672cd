// The training loop.
#include "lepton/train/fit.hpp"

#include <chrono>
#include <cmath>

#include "lepton/core/rng.hpp"
#include "lepton/train/interrupt.hpp"
#include "src/train/evaluation.hpp"
#include "src/train/mode_guard.hpp"
#include "src/train/training.hpp"

namespace lepton {

Callback::~Callback() = default;

Tensor Session::loss(const data::Batch& batch) const {
  const ModeGuard modes(model);
  const detail::GeneratorGuard generator;
  model.eval();
  return task.loss(batch);
}

namespace detail {
namespace {

constexpr std::size_t kMostNotes = 100;   // a run whose every step fails shall not fill the memory
constexpr std::size_t kShownSamples = 4;  // of a batch, in messages

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Of a number that is not finite, whose NaN has a sign that says nothing.
std::string text_of(double number) { return std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf"; }

std::string listed(std::span<const std::int64_t> samples) {
  if (samples.empty()) return {};
  std::string text = samples.size() == 1 ? " (sample " : " (samples ";
  for (std::size_t i = 0; i < std::min(samples.size(), kShownSamples); ++i)
    text += (i == 0 ? "" : ", ") + std::to_string(samples[i]);
  if (samples.size() > kShownSamples) text += ", ... " + std::to_string(samples.size()) + " in all";
  return text + ")";
}

}  // namespace

template <class... Parameters, class... Given>
void Training::tell(void (Callback::*turn)(Parameters...), Given&&... given) {
  for (Callback* callback : options_.callbacks) (callback->*turn)(session_, given...);
}

Training::Training(Task& task, optim::Optimizer& optimizer, const data::Loader& train,
                   const FitOptions& options)
    : task_(task),
      optimizer_(optimizer),
      options_(options),
      loader_(train.dataset(), train.options()),
      device_(device_of(task.module())),
      updater_(task, optimizer, options),
      monitor_(optimizer, options) {
  check_options();
  if (options.lr > 0) optimizer.set_lr(options.lr);
  if (!options.schedules.empty()) scheduler_.emplace(optimizer, options.schedules);
  position_.epochs = options.epochs;
  position_.steps = loader_.steps_per_epoch();
  if (!options.resume.empty()) resume();
  position_.epoch = epoch_ + (unvalidated_ ? 0 : 1);
  position_.step = step_;
}

void Training::note(const std::string& text) {
  if (report_.notes.size() < kMostNotes) report_.notes.push_back(text);
  announce(text);
}

void Training::announce(const std::string& text) {
  if (options_.progress) options_.progress->noted(position_, text);
  tell(&Callback::noted, text);
}

bool Training::going() const {
  return epoch_ < options_.epochs && !report_.interrupted && session_.stopped.empty();
}

Report Training::run() {
  const Autocast autocast(options_.autocast);
  const ModeGuard modes(task_.module());
  // A module that is in training already is left alone, with whatever it has frozen within.
  if (!task_.module().training()) task_.module().train();
  make_folders();
  tell(&Callback::training_begins);
  for (const std::string& note : report_.notes) announce(note);  // of the resumption

  if (unvalidated_) {
    report_.epochs.push_back({.epoch = epoch_, .loss = loss_sum_ / loss_count_, .lr = optimizer_.lr()});
    position_.epoch = epoch_;
    validate();
    saved_ = unvalidated_;
  }
  if (session_.stopped.empty()) session_.stopped = monitor_.exhausted();
  while (going()) {
    const std::int64_t epoch = epoch_;
    train_epoch();
    if (epoch_ > epoch) validate();
    save();
  }
  if (!saved_) save();
  if (!report_.interrupted) refresh_statistics();
  report_.epochs_done = epoch_;
  report_.steps = optimizer_.steps();
  report_.stopped = session_.stopped;
  report_.best = monitor_.best();
  report_.best_epoch = monitor_.best_epoch();
  tell(&Callback::training_ends, report_);
  return std::move(report_);
}

/// From the position on to the end of the epoch, or to where it is stopped.
void Training::train_epoch() {
  report_.epochs.push_back({.epoch = epoch_ + 1, .lr = optimizer_.lr()});
  position_.epoch = epoch_ + 1;
  position_.step = saved_step_ = step_;
  position_.samples = 0;
  position_.seconds = position_.loss = 0;
  if (step_ == 0) loss_sum_ = loss_count_ = 0;
  if (options_.progress) options_.progress->epoch_begins(position_);
  tell(&Callback::epoch_begins);

  loader_.set_epoch(epoch_, step_);
  const double start = now();
  std::optional<data::Loader::Iterator> at;
  while (updater_.open() || (!interrupt_requested() && session_.stopped.empty())) {
    if (!next_batch(at)) break;
    position_.seconds = report_.epochs.back().seconds = now() - start;
    if (options_.progress) options_.progress->step_done(position_);
    const bool due = options_.save_steps > 0 && step_ - saved_step_ >= options_.save_steps;
    if (due && !updater_.open() && step_ < position_.steps) save();
  }
  saved_ = false;
  report_.interrupted = interrupt_requested();
  if (step_ == position_.steps) epoch_trained();
}

bool Training::next_batch(std::optional<data::Loader::Iterator>& at) {
  if (step_ == position_.steps) return false;
  data::Batch batch;
  const bool read = attempt([&] {
    if (at) ++*at;
    else at.emplace(loader_.begin());
    batch = moved(std::move(**at), device_);
  });
  if (read) tell(&Callback::step_begins, batch);
  const bool updated = read && attempt([&] { return train_on(batch); });
  position_.step = ++step_;
  if (!at && step_ < position_.steps)
    loader_.set_epoch(epoch_, step_);  // its very first batch could not be read
  if (step_ % options_.accumulate == 0 || step_ == position_.steps)
    updater_.close();  // where the last batch failed
  if (updated) {
    for (const Averaged& a : options_.averages)
      if (a.options().every == Every::step && epoch_ >= a.options().after_epochs) a.update();
    if (scheduler_ && options_.schedule_every == Every::step) scheduler_->step();
  }
  if (read) tell(&Callback::step_done, batch);
  return true;
}

/// Whether the parameters were updated.
bool Training::train_on(const data::Batch& batch) {
  const std::int64_t samples = batch[0].size(0);
  const bool last = (step_ + 1) % options_.accumulate == 0 || step_ + 1 == position_.steps;
  const bool was_captured = updater_.refusal().empty();
  const Updater::Outcome outcome = updater_.step(batch, share_of(samples), last);
  if (was_captured && !updater_.refusal().empty())
    note("the step runs as written, since it could not be captured: " + updater_.refusal());
  account(outcome, samples);
  return outcome.updated;
}

/// Of a batch in the samples of the update that it is part of.
double Training::share_of(std::int64_t samples) const {
  if (options_.accumulate == 1) return 1;
  const std::int64_t first = step_ / options_.accumulate * options_.accumulate;
  const std::int64_t batch_size = loader_.options().batch_size;
  const std::int64_t left = loader_.samples_per_epoch() - first * batch_size;
  return double(samples) / double(std::min(left, options_.accumulate * batch_size));
}

void Training::account(const Updater::Outcome& outcome, std::int64_t samples) {
  EpochReport& epoch = report_.epochs.back();
  session_.step_loss = outcome.loss;
  epoch.samples = position_.samples += samples;
  if (scheduler_ || !options_.callbacks.empty()) epoch.lr = optimizer_.lr();  // else nobody has changed it
  if (!std::isfinite(outcome.loss))
    throw Error("the loss is " + text_of(outcome.loss) +
                "; try a lower learning rate, and look for such values in the data");
  loss_sum_ += outcome.loss * double(samples);
  loss_count_ += double(samples);
  epoch.loss = position_.loss = loss_sum_ / loss_count_;
  if (outcome.updated) ++epoch.steps;
  if (std::isfinite(outcome.norm)) return;
  if (!options_.scaler)
    throw Error("the norm of the gradients is " + text_of(outcome.norm) + "; try a lower learning rate");
  ++epoch.skipped;  // as a scaler does until it has found its scale
}

void Training::epoch_trained() {
  ++epoch_;
  step_ = 0;
  for (const Averaged& a : options_.averages)
    if (a.options().every == Every::epoch && epoch_ > a.options().after_epochs) a.update();
  if (scheduler_ && options_.schedule_every == Every::epoch) scheduler_->step();
}

template <class Action> bool Training::attempt(Action&& action) {
  try {
    if constexpr (std::is_same_v<decltype(action()), bool>) return action();
    else return action(), true;
  } catch (const Error& error) {
    failed(error.what());
    return false;
  }
}

void Training::failed(const std::string& what) {
  const std::string text = "epoch " + std::to_string(epoch_ + 1) + ", step " + std::to_string(step_ + 1) +
                           listed(loader_.samples(epoch_, step_)) + ": " + what;
  if (options_.on_bad_step == OnBadStep::stop) throw Error("fit", text);
  ++report_.epochs.back().skipped;
  note(text + "; skipped");
}

}  // namespace detail

Report detail::fit(Task& task, optim::Optimizer& optimizer, const data::Loader& train,
                   const FitOptions& options) {
  return Training(task, optimizer, train, options).run();
}

}  // namespace lepton
