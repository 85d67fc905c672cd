// What follows an epoch: figures of the model and of its averages, and what is decided by them.
#include "lepton/train/update_bn.hpp"
#include "src/train/evaluation.hpp"
#include "src/train/training.hpp"

namespace lepton::detail {

void Training::validate() {
  EpochReport& epoch = report_.epochs.back();
  unvalidated_ = options_.validation.defined() && !evaluate_into(epoch.validation);
  if (unvalidated_) {
    report_.interrupted = true;
    epoch.validation.clear();
    return;
  }
  position_.validation = epoch.validation;
  const bool best = monitor_.take(epoch);
  if (session_.stopped.empty()) session_.stopped = monitor_.exhausted();
  if (options_.progress) options_.progress->epoch_ends(position_, epoch);
  for (Callback* callback : options_.callbacks) callback->epoch_ends(session_, epoch);
  if (best) save_best();
}

bool Training::evaluate_into(std::vector<Figure>& figures) {
  data::Loader loader(options_.validation, {.batch_size = loader_.options().batch_size,
                                            .shuffle = data::Shuffle::never,
                                            .workers = loader_.options().workers});
  const auto pass = [&](Task& task, const std::string& prefix) {
    auto found = evaluate_pass(task, loader, options_.metrics, OnInterrupt::stop);
    if (!found) return false;
    for (Figure& f : *found) figures.push_back({prefix + f.name, f.value});
    return true;
  };
  if (!pass(task_, {})) return false;
  refresh_statistics();
  for (const Averaged& a : options_.averages)
    if (a.model() && !pass(*task_.with(*a.model()), a.name() + "_")) return false;
  return true;
}

void Training::refresh_statistics() {
  const UpdateBnOptions batches{loader_.options().batch_size, loader_.options().workers};
  for (const Averaged& a : options_.averages)
    if (a.model() && a.options().statistics == Statistics::recomputed)
      update_bn(*task_.with(*a.model()), loader_.dataset(), batches);
}

}  // namespace lepton::detail
