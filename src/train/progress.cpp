// The console's view of a training.
#include "lepton/train/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdarg>

namespace lepton {
namespace {

constexpr double kRedrawSeconds = 0.1;
constexpr double kPlainSeconds = 10;
constexpr int kBarWidth = 24;

__attribute__((format(printf, 1, 2))) std::string text(const char* format, ...) {
  char buffer[160];
  std::va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(buffer, sizeof buffer, format, arguments);
  va_end(arguments);
  return buffer;
}

/// "1:05", "2:00:07"
std::string clock_text(double seconds) {
  const long s = std::lround(std::min(seconds, 1e7));
  if (s >= 3600) return text("%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
  return text("%ld:%02ld", s / 60, s % 60);
}

std::string head(const TrainingPosition& at) {
  return text("epoch %lld/%lld", static_cast<long long>(at.epoch), static_cast<long long>(at.epochs));
}

std::string count(const TrainingPosition& at) {
  return text("%lld/%lld", static_cast<long long>(at.step), static_cast<long long>(at.steps));
}

std::string bar(const TrainingPosition& at) {
  const int full = at.steps > 0 ? int(at.step * kBarWidth / at.steps) : kBarWidth;
  std::string line(std::size_t(full), '=');
  if (full < kBarWidth) line += '>';
  line.resize(kBarWidth, ' ');
  return "[" + line + "]";
}

double rate(std::int64_t samples, double seconds) { return seconds > 0 ? double(samples) / seconds : 0; }

/// Time left of this epoch, at the pace of what was done of it in this run.
std::string time_left(const TrainingPosition& at, std::int64_t first_step) {
  const std::int64_t done = at.step - first_step;
  if (done <= 0) return "-:--";
  return clock_text(at.seconds / double(done) * double(at.steps - at.step));
}

std::string figures_text(const std::vector<Figure>& figures) {
  std::string line;
  for (const Figure& f : figures) line += "  validation " + f.name + text(" %.4f", f.value);
  return line;
}

int terminal_width(std::FILE* stream) {
  winsize size = {};
  return ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

Progress::~Progress() = default;

ConsoleProgress::ConsoleProgress(std::FILE* stream)
    : stream_(stream), terminal_(isatty(fileno(stream)) == 1) {}

ConsoleProgress::~ConsoleProgress() {
  if (unfinished_) std::fputs("\n", stream_);
}

void ConsoleProgress::epoch_begins(const TrainingPosition& at) {
  first_step_ = at.step;
  last_ = 0;
  if (terminal_) draw(at);
}

void ConsoleProgress::step_done(const TrainingPosition& at) {
  const bool due = at.seconds - last_ >= (terminal_ ? kRedrawSeconds : kPlainSeconds);
  if (!due && !(terminal_ && at.step == at.steps)) return;
  last_ = at.seconds;
  draw(at);
}

void ConsoleProgress::epoch_ends(const TrainingPosition& at, const EpochReport& report) {
  print_line(head(at) + text("  loss %.4f", report.loss) + figures_text(report.validation) +
             text("  %.1f s, %.0f samples/s", report.seconds, rate(report.samples, report.seconds)));
}

void ConsoleProgress::noted(const TrainingPosition&, const std::string& text) { print_line("note: " + text); }

void ConsoleProgress::draw(const TrainingPosition& at) {
  const std::string left = time_left(at, first_step_);
  std::string tail = text("%.0f samples/s  %s left", rate(at.samples, at.seconds), left.c_str());
  if (at.samples > 0) tail += text("  loss %.4f", at.loss);
  tail += figures_text(at.validation);
  if (!terminal_) {
    print_line(head(at) + "  step " + count(at) + "  " + tail);
    return;
  }
  std::string line = head(at) + " " + bar(at) + " " + count(at) + "  " + tail;
  // A line that wrapped could not be drawn over.
  line.resize(std::min(line.size(), std::size_t(std::max(1, terminal_width(stream_) - 1))));
  std::fprintf(stream_, "\r%s\x1b[K", line.c_str());
  std::fflush(stream_);
  unfinished_ = true;
}

void ConsoleProgress::print_line(const std::string& line) {
  std::fprintf(stream_, "%s%s%s\n", terminal_ ? "\r" : "", line.c_str(), terminal_ ? "\x1b[K" : "");
  std::fflush(stream_);
  unfinished_ = false;
}

}  // namespace lepton
