// Logs of a training as text: CSV and JSON lines.
#pragma once

#include <cstdint>
#include <string>

#include "lepton/train/callback.hpp"

namespace lepton {

/// What both logs share: lines in a file that a resumed training goes on with, from the epoch that it goes on from.
/// Where the file cannot be written, `error` says why and the training goes on without it.
class LEPTON_API LineLog : public Callback {
 public:
  const std::string& path() const { return path_; }
  const std::string& error() const { return error_; }
  void training_begins(Session& session) override;

 protected:
  explicit LineLog(std::string path) : path_(std::move(path)) {}
  /// The epoch that a line of the file is of; 0 for a header.
  virtual std::int64_t epoch_of(const std::string& line) const = 0;
  void append(const std::string& line);
  /// Whether nothing stands in it yet.
  bool fresh() const { return fresh_; }

 private:
  void drop_from(std::int64_t epoch);

  std::string path_, error_;
  bool fresh_ = true;
};

/// A line an epoch: epoch, steps, samples, seconds, lr, loss, skipped, and each figure of validation.
///
///   CsvLog log("run/log.csv");
///   fit(model, adam, cross_entropy, train, {.callbacks = {&log}});
class LEPTON_API CsvLog final : public LineLog {
 public:
  explicit CsvLog(std::string path) : LineLog(std::move(path)) {}
  void epoch_ends(Session& session, const EpochReport& report) override;

 private:
  std::int64_t epoch_of(const std::string& line) const override;
};

/// A JSON object an epoch, with the same figures; one after each `steps` batches, {"epoch": 2, "step": 100, "loss":
/// 0.31, "lr": 0.01}; one for each note, {"epoch": 2, "note": "..."}. Numbers that are not finite are null.
class LEPTON_API JsonLinesLog final : public LineLog {
 public:
  explicit JsonLinesLog(std::string path, std::int64_t steps = 0) : LineLog(std::move(path)), steps_(steps) {}
  void step_done(Session& session, const data::Batch&) override;
  void epoch_ends(Session& session, const EpochReport& report) override;
  void noted(Session& session, const std::string& text) override;

 private:
  std::int64_t epoch_of(const std::string& line) const override;
  std::int64_t steps_;
};

}  // namespace lepton
