// What a training writes into an event file.
#include "lepton/ops/binary.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/train/tensorboard.hpp"

namespace lepton {

TensorBoardLog::TensorBoardLog(std::string folder, const TensorBoardOptions& options)
    : folder_(std::move(folder)), options_(options) {}
TensorBoardLog::~TensorBoardLog() = default;

/// A log is no reason to end a training.
template <class F> void TensorBoardLog::write(F&& f) {
  if (!error_.empty() || !file_) return;
  try {
    f();
  } catch (const Error& error) {
    error_ = error.what();
  }
}

void TensorBoardLog::training_begins(Session& session) {
  error_.clear();
  described_ = false;
  try {
    file_ = std::make_unique<EventFile>(folder_);
  } catch (const Error& error) {
    error_ = error.what();
  }
  const std::int64_t done = session.optimizer.steps();
  if (done > 0) write([&] { file_->restarted(done + 1); });
}

void TensorBoardLog::step_begins(Session& session, const data::Batch& batch) {
  if (described_) return;
  described_ = true;
  write([&] {
    file_->graph(session.loss(batch));
    write_inputs(batch[0]);
  });
}

void TensorBoardLog::write_inputs(const Tensor& x) {
  if (x.rank() != 4 || (x.size(1) != 1 && x.size(1) != 3)) return;
  for (std::int64_t i = 0; i < std::min<std::int64_t>(options_.pictures, x.size(0)); ++i) {
    const Tensor picture = x[i].to(f32), low = min(picture), range = max(picture) - low;
    file_->picture("inputs/" + std::to_string(i), (picture - low) / (range + (range == 0.0).to(f32)), 0);
  }
}

void TensorBoardLog::step_done(Session& session, const data::Batch&) {
  if (options_.steps <= 0 || session.at.step % options_.steps != 0) return;
  write([&] {
    file_->scalar("loss/step", session.step_loss, session.optimizer.steps());
    file_->flush();
  });
}

void TensorBoardLog::epoch_ends(Session& session, const EpochReport& report) {
  const std::int64_t step = session.optimizer.steps();
  write([&] {
    file_->scalar("loss/train", report.loss, step);
    for (const Figure& f : report.validation)
      file_->scalar(
          (f.name == "loss" ? "loss/" : "") + ("validation" + (f.name == "loss" ? "" : "/" + f.name)),
          f.value, step);
    file_->scalar("training/lr", report.lr, step);
    file_->scalar("training/seconds", report.seconds, step);
    if (options_.histograms > 0 && (report.epoch - 1) % options_.histograms == 0)
      for (const auto& [path, p] : session.model.named_parameters()) {
        file_->histogram("parameters/" + path, p, step);
        if (p.grad().defined()) file_->histogram("gradients/" + path, p.grad(), step);
      }
    file_->flush();
  });
}

}  // namespace lepton
