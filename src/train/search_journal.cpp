// A line of JSON a result, appended in one write under a lock; claims are locks on files, which die with their process.
#include "src/train/search_journal.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>

#include <nlohmann/json.hpp>

#include "lepton/core/error.hpp"

namespace lepton::detail {
namespace {

using nlohmann::ordered_json;

int open_file(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) throw Error(path, std::strerror(errno));
  return fd;
}

}  // namespace

Claim::~Claim() {
  if (fd_ >= 0) ::close(fd_);
}

Journal::Journal(const std::string& folder, const std::string& description) : folder_(folder) {
  if (folder_.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(folder_ + "/claims", error);
  if (error) throw Error(folder_, "cannot be made: " + error.message());
  const int fd = open_file(folder_ + "/claims/beginning", O_RDWR);
  const Claim lock(fd);
  ::flock(fd, LOCK_EX);
  std::string first;
  std::getline(std::ifstream(path()), first);
  const std::string header = ordered_json{{"search", description}}.dump();
  if (first.empty()) append(header);
  else if (first != header) throw Error(path(), "is of another search: " + first + "; this one is " + header);
  refresh();
}

void Journal::refresh() {
  if (folder_.empty()) return;
  std::ifstream in(path());
  for (std::string line; std::getline(in, line);) {
    const auto entry = ordered_json::parse(line, nullptr, false);  // a line that was cut off is no result
    if (!entry.is_object() || !entry.contains("trial")) continue;
    const auto& value = entry.at("value");
    results_[{entry.at("round"), entry.at("trial")}] = {
        value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN(),
        entry.value("error", std::string())};
  }
}

std::optional<Claim> Journal::claim(const Job& job) const {
  if (folder_.empty()) return Claim(-1);
  const int fd =
      open_file(folder_ + "/claims/" + std::to_string(job.first) + "-" + std::to_string(job.second), O_RDWR);
  Claim claim(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) return std::nullopt;
  return claim;
}

void Journal::add(const Job& job, const Result& result) {
  results_[job] = result;
  if (folder_.empty()) return;
  ordered_json line{{"round", job.first}, {"trial", job.second}, {"value", result.value}};
  if (!std::isfinite(result.value)) line["value"] = nullptr;
  if (!result.error.empty()) line["error"] = result.error;
  append(line.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

/// Begins a line of its own, whatever a process that was killed has left.
void Journal::append(const std::string& line) const {
  const int fd = open_file(path(), O_RDWR | O_APPEND);
  const Claim closes(fd);
  ::flock(fd, LOCK_EX);
  char last = '\n';
  const off_t size = ::lseek(fd, 0, SEEK_END);
  if (size > 0 && ::pread(fd, &last, 1, size - 1) != 1) last = '\n';
  const std::string text = (last == '\n' ? "" : "\n") + line + "\n";
  if (::write(fd, text.data(), text.size()) != ssize_t(text.size()) || ::fsync(fd) != 0)
    throw Error(path(), std::string("cannot be written: ") + std::strerror(errno));
}

std::string Journal::trial_folder(std::int64_t trial) const {
  if (folder_.empty()) return {};
  const std::string folder = folder_ + "/trials/" + std::to_string(trial);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw Error(folder, "cannot be made: " + error.message());
  return folder;
}

}  // namespace lepton::detail
