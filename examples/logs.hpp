// --log: what a training leaves to look at: TensorBoard's events and a table while it runs, a report at its end.
#pragma once

#include <iostream>
#include <optional>
#include <string>
#include <utility>

#include "common.hpp"

namespace example {

inline void add_log_option(CLI::App& app, std::string& folder) {
  app.add_option("--log", folder, "Folder for log.csv, TensorBoard's events, and report.html at the end");
}

class Logs {
 public:
  /// Adds itself to the callbacks of `options`, where a folder was asked for.
  Logs(const std::string& folder, lepton::FitOptions& options) : folder_(folder) {
    if (folder.empty()) return;
    table_.emplace(folder + "/log.csv");
    board_.emplace(folder);
    options.callbacks.push_back(&*table_);
    options.callbacks.push_back(&*board_);
  }
  Logs(const Logs&) = delete;
  Logs& operator=(const Logs&) = delete;

  bool wanted() const { return !folder_.empty(); }

  /// Writes the report, and says where everything is. Throws where something could not be written.
  void finish(const lepton::Report& report, const lepton::HtmlReportOptions& options) const {
    for (const std::string& error : {table_->error(), board_->error()})
      if (!error.empty()) throw lepton::Error(folder_, "the training's log could not be written: " + error);
    lepton::write_html_report(folder_ + "/report.html", report, options);
    std::cout << "log     " << folder_ << "/report.html, log.csv; tensorboard --logdir " << folder_ << '\n';
  }

 private:
  std::string folder_;
  std::optional<lepton::CsvLog> table_;
  std::optional<lepton::TensorBoardLog> board_;
};

}  // namespace example
