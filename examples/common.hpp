// What the examples share: options, exit statuses, and the JSON line.
#pragma once

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "lepton/lepton.hpp"

namespace example {

/// Options that every training example takes.
struct Options {
  std::int64_t epochs = 1;
  std::int64_t batch_size = 32;
  double lr = 1e-3;
  std::uint64_t seed = 0;
  int threads = 0;  ///< 0: all CPUs
  std::string device = "cpu";
  std::string save, resume;
  std::int64_t limit = 0;  ///< 0: no limit
  bool json = false;
};

inline void add_options(CLI::App& app, Options& o) {
  app.add_option("--epochs", o.epochs, "Passes over the training data, counted from the beginning")
      ->check(CLI::Range(std::int64_t(1), std::int64_t(1'000'000)))
      ->capture_default_str();
  app.add_option("--batch-size", o.batch_size, "Samples a step")
      ->check(CLI::Range(std::int64_t(1), std::int64_t(1'000'000)))
      ->capture_default_str();
  app.add_option("--lr", o.lr, "Learning rate")
      ->check([](const std::string& text) {
        double lr = 0;
        const bool good = CLI::detail::lexical_cast(text, lr) && std::isfinite(lr) && lr > 0;
        return good ? std::string() : "a learning rate is a number above 0, not " + text;
      })
      ->capture_default_str();
  app.add_option("--seed", o.seed, "Of initial weights, order and splits")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--threads", o.threads, "Most threads; 0: all CPUs")
      ->check(CLI::Range(0, 4096))
      ->capture_default_str();
  app.add_option("--device", o.device, "cpu, cuda or cuda:N")
      ->check([](const std::string& text) {
        const bool known = text == "cpu" || text == "cuda" || (text.size() == 6 && text.starts_with("cuda:"));
        return known ? std::string() : "there is no device " + text;
      })
      ->capture_default_str();
  app.add_option("--save", o.save, "Folder for a checkpoint after every epoch");
  app.add_option("--resume", o.resume,
                 "Folder of the checkpoint to go on from; seed, batch size and lr are its own");
  app.add_option("--limit", o.limit, "Most samples to train on, and to test on; 0: all")
      ->check(CLI::Range(std::int64_t(0), std::int64_t(1) << 40))
      ->capture_default_str();
  app.add_flag("--json", o.json, "End standard output with one line of JSON");
}

/// Runs an example. Its exit status is what `body` returns, 2 on wrong usage, and 1 on failure, the latter
/// two with one line on standard error.
template <class Body> int run(CLI::App& app, int argc, char** argv, Body&& body) {
  const auto complain = [&](std::string what) {
    for (char& c : what)
      if (c == '\n') c = ' ';
    std::cout.flush();
    std::cerr << std::filesystem::path(argv[0]).filename().string() << ": " << what << '\n';
  };
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help
    complain(std::string(error.what()) + " (--help lists the options)");
    return 2;
  }
  try {
    return body();
  } catch (const std::exception& error) {
    complain(error.what());
    return 1;
  }
}

/// Takes from a checkpoint what was not given on the command line.
inline void adopt(const CLI::App& app, Options& o, const lepton::io::Metadata& metadata) {
  const auto take = [&](const char* option, const char* key, auto& value) {
    const auto found = metadata.find(key);
    if (app.count(option) == 0 && found != metadata.end()) CLI::detail::lexical_cast(found->second, value);
  };
  take("--seed", "seed", o.seed);
  take("--batch-size", "batch_size", o.batch_size);
}

/// Threads, seed and device for what follows.
inline lepton::Device prepare(const Options& o) {
  if (o.threads > 0) lepton::set_num_threads(o.threads);
  lepton::manual_seed(o.seed);
  return lepton::parse_device(o.device);
}

/// Options of `fit` that follow from those of the command line.
inline lepton::FitOptions fit_options(const CLI::App& app, const Options& o, lepton::Progress& progress) {
  return {.epochs = o.epochs,
          .batch_size = o.batch_size,
          .progress = &progress,
          .save = o.save,
          .resume = o.resume,
          .seed = o.seed,
          .workers = std::min(2, lepton::num_threads()),
          .lr = app.count("--lr") ? o.lr : 0,
          .metadata = {{"seed", std::to_string(o.seed)}, {"batch_size", std::to_string(o.batch_size)}}};
}

/// Where progress goes: a bar to the terminal, else lines to standard output, so that standard error holds
/// errors alone.
inline std::FILE* progress_stream() { return isatty(STDERR_FILENO) ? stderr : stdout; }

/// The figures that every training example gives with --json. `epoch_seconds` is the mean over the epochs of
/// this run, of training alone; `epoch_seconds_each` lists them.
inline nlohmann::ordered_json figures(const Options& o, const lepton::Report& report,
                                      lepton::nn::Module& model) {
  nlohmann::ordered_json out;
  double seconds = 0, samples = 0;
  std::vector<double> each;
  for (const auto& epoch : report.epochs) {
    each.push_back(std::round(epoch.seconds * 1e6) / 1e6);
    seconds += epoch.seconds;
    samples += double(epoch.samples);
  }
  if (!report.epochs.empty()) {
    const auto& last = report.epochs.back();
    out["train_loss"] = last.loss;
    for (const auto& figure : last.validation) out["test_" + figure.name] = figure.value;
    out["epoch_seconds"] = seconds / double(each.size());
    out["samples_per_second"] = seconds > 0 ? samples / seconds : 0;
  }
  out["epoch_seconds_each"] = each;
  out["epochs"] = report.epochs_done;
  out["steps"] = report.steps;
  out["interrupted"] = report.interrupted;
  out["parameters"] = model.parameter_count();
  out["batch_size"] = o.batch_size;
  out["seed"] = o.seed;
  out["threads"] = lepton::num_threads();
  out["device"] = o.device;
  return out;
}

/// The last lines of a training: where it was saved, the JSON line; gives the exit status.
inline int finish(const Options& o, const lepton::Report& report, const nlohmann::ordered_json& figures) {
  if (report.interrupted)
    std::cout << (o.save.empty() ? "stopped; nothing was saved, for want of --save DIR\n"
                                 : "stopped; go on with --resume " + o.save + "\n");
  else if (!o.save.empty() && report.save_error.empty()) std::cout << "saved   " << o.save << '\n';
  if (o.json) std::cout << figures.dump() << std::endl;
  std::cout.flush();
  if (!report.save_error.empty()) throw lepton::Error(report.save_error);
  return report.interrupted ? 128 + lepton::interrupt_signal() : 0;
}

}  // namespace example
