// TensorBoard: event files that it shows, and a log of a training into one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "lepton/train/callback.hpp"

namespace lepton {

/// A new event file in a folder, which is made where it is not there: `tensorboard --logdir FOLDER`. A tag names a
/// chart, and what stands before a slash in it groups charts; `step` is its horizontal axis. Everything throws where
/// the file cannot be written.
class LEPTON_API EventFile {
 public:
  explicit EventFile(const std::string& folder);
  EventFile(EventFile&&) noexcept;
  EventFile& operator=(EventFile&&) noexcept;
  ~EventFile();

  const std::string& path() const;
  void scalar(const std::string& tag, double value, std::int64_t step);
  /// Of all elements that are finite.
  void histogram(const std::string& tag, const Tensor& values, std::int64_t step);
  /// picture: [H, W] or [C, H, W] with 1 or 3 channels, u8, or floats from 0 to 1.
  void picture(const std::string& tag, const Tensor& picture, std::int64_t step);
  /// The operations on the tape that made `result`, under the paths of the parameters they use.
  void graph(const Tensor& result);
  /// Says that a training goes on from this step: what an earlier file has from there on is not shown.
  void restarted(std::int64_t step);
  /// Hands what was written to the operating system, so that TensorBoard sees it.
  void flush();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct TensorBoardOptions {
  std::int64_t steps = 0;       ///< above 0: the loss after so many batches too
  std::int64_t histograms = 1;  ///< epochs between histograms of parameters and gradients; 0: none
  int pictures = 4;             ///< of the first batch, where it is one of pictures
};

/// Losses, figures, rate, parameters, gradients, pictures and graph of a training. Where the file cannot be written,
/// `error` says why and the training goes on without it.
class LEPTON_API TensorBoardLog final : public Callback {
 public:
  explicit TensorBoardLog(std::string folder, const TensorBoardOptions& options = {});
  ~TensorBoardLog() override;

  const std::string& error() const { return error_; }
  void training_begins(Session& session) override;
  void step_begins(Session& session, const data::Batch& batch) override;
  void step_done(Session& session, const data::Batch&) override;
  void epoch_ends(Session& session, const EpochReport& report) override;

 private:
  template <class F> void write(F&& f);
  void write_inputs(const Tensor& x);

  std::string folder_, error_;
  TensorBoardOptions options_;
  std::unique_ptr<EventFile> file_;
  bool described_ = false;  // graph and pictures are written
};

}  // namespace lepton
