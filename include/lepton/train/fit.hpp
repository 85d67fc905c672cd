// fit: trains a model on a dataset, with validation, checkpoints and a clean end.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lepton/core/autocast.hpp"
#include "lepton/data/dataset.hpp"
#include "lepton/data/loader.hpp"
#include "lepton/optim/grad_scaler.hpp"
#include "lepton/optim/optimizer.hpp"
#include "lepton/optim/scheduler.hpp"
#include "lepton/train/averaged.hpp"
#include "lepton/train/callback.hpp"
#include "lepton/train/evaluate.hpp"
#include "lepton/train/progress.hpp"
#include "lepton/train/report.hpp"

namespace lepton {

/// How a step runs. `captured`: recorded once and replayed (compile/compile.hpp), which is faster and gives the same
/// bits; where it cannot be, it runs as written, and the report's notes say why. Host code in the loss decides once;
/// should it decide otherwise later, the training throws. `eager`: as written.
enum class StepMode { eager, captured };

/// What becomes of a step that fails: its batch cannot be read, the loss throws, or is no finite number.
enum class OnBadStep {
  stop,  ///< an Error that names epoch, step and samples
  skip   ///< the step leaves the parameters alone, a note names it, and the training goes on
};

struct FitOptions {
  std::int64_t epochs = 1;  ///< from the beginning, those before a resumption counted
  std::int64_t batch_size = 32;
  data::Dataset validation = {};     ///< evaluated after every epoch, where there is one
  std::vector<Metric> metrics = {};  ///< of the validation data, besides the loss
  Progress* progress = nullptr;      ///< is told how it goes; not owned
  std::string save = {};             ///< folder of the checkpoint written after every epoch
  std::string resume = {};           ///< folder of the checkpoint to go on from
  std::uint64_t seed = 0;            ///< the order of the samples depends on it alone
  StepMode step = StepMode::captured;
  DType autocast = autocast_dtype();  ///< bf16: it runs under Autocast(bf16); by default as around the call
  int workers = 2;                    ///< threads that read batches ahead
  double lr = 0;                      ///< above 0: in place of the optimizer's, or the checkpoint's
  std::map<std::string, std::string> metadata = {};  ///< saved with the weights
  std::vector<Callback*> callbacks = {};             ///< not owned; called in this order

  // An update.
  std::int64_t accumulate =
      1;                 ///< batches whose gradients make one update, that of their samples in one batch
  double max_norm = 0;   ///< above 0: the norm of all gradients is clipped to it
  double max_value = 0;  ///< above 0: so is every element, before the norm is taken
  optim::GradScaler* scaler = nullptr;  ///< scales the loss; not owned
  OnBadStep on_bad_step = OnBadStep::stop;

  // The learning rate.
  std::vector<optim::Schedule> schedules = {};  ///< one, or one for each group, of the rates at the beginning
  Every schedule_every = Every::step;           ///< what they count
  std::optional<optim::PlateauOptions> plateau =
      {};  ///< follows `monitor` and `goal`, whatever its mode says

  // Averages, and what is watched.
  std::vector<Averaged> averages = {};
  std::string monitor =
      {};  ///< a figure of the validation, "accuracy"; empty: the loss, without validation of training
  optim::PlateauMode goal = optim::PlateauMode::min;  ///< whether the figure is to fall or to rise
  std::int64_t patience = 0;    ///< above 0: it stops after so many epochs in a row without a better figure
  double min_improvement = 0;   ///< a figure is better by more than this
  std::string save_best = {};   ///< folder of a checkpoint of the best epoch
  std::int64_t save_steps = 0;  ///< above 0: a checkpoint also after so many batches
};

namespace detail {
LEPTON_API Report fit(Task& task, optim::Optimizer& optimizer, const data::Loader& train,
                      const FitOptions& options);
}

/// Trains `model` for some epochs. `loss` is either a function of the model's output and the target, like
/// `cross_entropy`, for batches x, y; or of the model and a batch, `loss(model, batch)`. It is called in
/// training mode, which is set back at the end, also for modules within. The model takes a batch's first tensor, or
/// the whole batch where it is written so.
///
/// With `save`, a checkpoint is written at the end of every epoch, and at an interruption
/// (train/interrupt.hpp) in the middle of one: model, optimizer, schedules, scaler, averages, random state and
/// position in the data. `resume` goes on from it, sample for sample: the weights are
/// bit for bit those of a training that was never stopped. Seed and batch size must be those of the
/// checkpoint. A checkpoint that cannot be written (a full disk) is a note, and in Report::save_error; the
/// training goes on.
///
/// Throws where an option is out of range, a step fails (naming epoch, step and samples; see OnBadStep), the
/// folder of the checkpoint cannot be made, that to resume from cannot be read or belongs to another model.
///
///   auto report = fit(model, adam, cross_entropy, train, {.epochs = 10, .validation = test,
///                                                         .metrics = {{"accuracy", metrics::Accuracy()}}});
template <class Model,
          class Loss = Tensor (*)(const Tensor&, const Tensor&)>  // what an overloaded name stands for
Report fit(Model& model, optim::Optimizer& optimizer, Loss loss, const data::Dataset& train,
           const FitOptions& options = {}) {
  const data::Loader loader(
      train, {.batch_size = options.batch_size, .seed = options.seed, .workers = options.workers});
  detail::FitTask<Model, Loss> task(model, loss);
  return detail::fit(task, optimizer, loader, options);
}

/// The same with batches as a loader has them: samples drawn by weights, not shuffled, the last batch dropped. Its
/// batch size, seed and workers are taken in place of the options', for the validation as well. It serves as a
/// description only, so that it stays at the epoch where it is.
///
///   const auto weights = sample_weights(labels, balanced_weights(labels));    // each class as often as the others
///   fit(model, adam, cross_entropy, data::Loader(train, {.batch_size = 64, .weights = weights}), {.epochs = 10});
template <class Model, class Loss = Tensor (*)(const Tensor&, const Tensor&)>
Report fit(Model& model, optim::Optimizer& optimizer, Loss loss, const data::Loader& train,
           const FitOptions& options = {}) {
  detail::FitTask<Model, Loss> task(model, loss);
  return detail::fit(task, optimizer, train, options);
}

}  // namespace lepton
