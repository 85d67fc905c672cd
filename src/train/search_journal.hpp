// Journal: results of a search in a folder that several processes share.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace lepton::detail {

/// The right to run a job, until it dies, also by the death of its process.
class Claim {
 public:
  explicit Claim(int fd) : fd_(fd) {}
  Claim(Claim&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Claim& operator=(Claim&&) = delete;
  ~Claim();

 private:
  int fd_;
};

/// Results by job. Without a folder they are in memory alone.
class Journal {
 public:
  struct Result {
    double value;
    std::string error;
  };
  using Job = std::pair<std::int64_t, std::int64_t>;  // round, trial

  /// Throws, naming the folder, where it holds another search than the one described.
  Journal(const std::string& folder, const std::string& description);

  /// Takes in what other processes have added.
  void refresh();
  const std::map<Job, Result>& results() const { return results_; }
  /// Nothing where another process has it.
  std::optional<Claim> claim(const Job& job) const;
  void add(const Job& job, const Result& result);
  /// A folder for a trial's own files.
  std::string trial_folder(std::int64_t trial) const;

 private:
  std::string path() const { return folder_ + "/journal.jsonl"; }
  void append(const std::string& line) const;

  std::string folder_;
  std::map<Job, Result> results_;
};

}  // namespace lepton::detail
