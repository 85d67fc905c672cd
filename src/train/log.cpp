// Lines that are appended, and cut where a training goes on from an earlier epoch.
#include "lepton/train/log.hpp"

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "src/io/file.hpp"

namespace lepton {
namespace {

using nlohmann::ordered_json;

/// As few digits as tell the number, and null for what JSON cannot hold.
ordered_json number(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

std::string csv_number(double value) {
  return std::isfinite(value) ? ordered_json(value).dump()
         : std::isnan(value)  ? "nan"
         : value > 0          ? "inf"
                              : "-inf";
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

void LineLog::training_begins(Session& session) {
  error_.clear();
  try {
    const std::filesystem::path folder = std::filesystem::path(path_).parent_path();
    if (!folder.empty()) std::filesystem::create_directories(folder);
    drop_from(session.at.epoch);
  } catch (const std::exception& error) {
    error_ = error.what();
  }
}

/// Keeps the lines of earlier epochs, of those that were written to their end.
void LineLog::drop_from(std::int64_t epoch) {
  std::string kept;
  if (epoch > 1) {
    std::ifstream in(path_, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    const std::string all = text.str();
    for (std::size_t begin = 0, end; (end = all.find('\n', begin)) != std::string::npos; begin = end + 1)
      if (const std::string line = all.substr(begin, end - begin); epoch_of(line) < epoch)
        kept += line + "\n";
  }
  fresh_ = kept.empty();
  const std::string place = io::replaced_file(path_), next = io::temporary_beside(place);
  io::OutputFile file(next, path_);
  file.write(kept.data(), kept.size());
  file.finish();
  io::replace(next, place);
}

void LineLog::append(const std::string& line) {
  if (!error_.empty()) return;
  errno = 0;
  std::ofstream out(path_, std::ios::app | std::ios::binary);
  out << line << '\n' << std::flush;
  if (!out) error_ = "[" + path_ + "] cannot be written: " + std::strerror(errno);
  fresh_ = false;
}

std::int64_t CsvLog::epoch_of(const std::string& line) const {
  return std::strtoll(line.c_str(), nullptr, 10);
}

void CsvLog::epoch_ends(Session&, const EpochReport& e) {
  std::string header = "epoch,steps,samples,seconds,lr,loss,skipped";
  std::string line = std::to_string(e.epoch) + "," + std::to_string(e.steps) + "," +
                     std::to_string(e.samples) + "," + csv_number(e.seconds) + "," + csv_number(e.lr) + "," +
                     csv_number(e.loss) + "," + std::to_string(e.skipped);
  for (const Figure& f : e.validation) {
    header += "," + csv_field("validation_" + f.name);
    line += "," + csv_number(f.value);
  }
  if (fresh()) append(header);
  append(line);
}

std::int64_t JsonLinesLog::epoch_of(const std::string& line) const {
  const auto parsed = ordered_json::parse(line, nullptr, false);
  return parsed.is_object() ? parsed.value("epoch", std::int64_t(0)) : 0;
}

void JsonLinesLog::step_done(Session& session, const data::Batch&) {
  if (steps_ <= 0 || session.at.step % steps_ != 0) return;
  append(ordered_json{{"epoch", session.at.epoch},
                      {"step", session.at.step},
                      {"loss", number(session.step_loss)},
                      {"lr", number(session.optimizer.lr())}}
             .dump());
}

void JsonLinesLog::epoch_ends(Session&, const EpochReport& e) {
  ordered_json line{{"epoch", e.epoch},     {"steps", e.steps},   {"samples", e.samples},
                    {"seconds", e.seconds}, {"lr", number(e.lr)}, {"loss", number(e.loss)},
                    {"skipped", e.skipped}};
  for (const Figure& f : e.validation) line["validation"][f.name] = number(f.value);
  append(line.dump());
}

void JsonLinesLog::noted(Session& session, const std::string& text) {
  append(ordered_json{{"epoch", session.at.epoch}, {"note", text}}.dump(
      -1, ' ', false, ordered_json::error_handler_t::replace));
}

}  // namespace lepton
