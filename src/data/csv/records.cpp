// Cutting CSV into cells.
//
// A record is parsed where it lies in the buffer. Where the buffer ends within it, the buffer is refilled and
// the record parsed from its start again; nothing is written before the record is whole.
#include "src/data/csv/records.hpp"

#include <algorithm>
#include <cstring>

#include "lepton/core/error.hpp"
#include "src/data/names.hpp"

namespace lepton::data::csv {
namespace {

constexpr std::size_t kBlock = 1 << 20;
constexpr std::size_t kLeast = 64;
constexpr std::size_t kMostRecord = 64 << 20;  // beyond it, a quote was not closed

bool is_space(char c) { return c == ' ' || c == '\t'; }

}  // namespace

Records::Records(ByteStream& stream, char separator)
    : stream_(stream),
      separator_(separator),
      buffer_(stream.size() > 0 ? std::min(stream.size() + kLeast, kBlock) : kBlock) {
  for (const char c : {separator, '\n', '\r', '\0'}) stops_[static_cast<unsigned char>(c)] = true;
  refill();
  skip_mark();
}

/// What Unicode puts at the start of a file to tell its encoding.
void Records::skip_mark() {
  const auto starts_with = [&](std::string_view mark) {
    return std::string_view(buffer_.data(), end_).starts_with(mark);
  };
  if (starts_with("\xEF\xBB\xBF")) at_ = 3;
  if (starts_with("\xFF\xFE") || starts_with("\xFE\xFF"))
    throw Error(stream_.name(), "is in UTF-16; save it as UTF-8");
}

void Records::fail(const std::string& what) const {
  throw Error(stream_.name(),
              "line " + std::to_string(line_) + ", cell " + std::to_string(cells_.size() + 1) + ": " + what);
}

/// Moves what is left to the front and reads behind it.
void Records::refill() {
  std::copy(buffer_.data() + at_, buffer_.data() + end_, buffer_.data());
  base_ += at_;
  end_ -= at_;
  at_ = 0;
  if (end_ + 1 == buffer_.size()) {
    if (end_ >= kMostRecord) fail("the record is longer than 64 MiB; is a quote before it not closed?");
    buffer_.resize(2 * end_ + kLeast);
  }
  const std::size_t got = stream_.read(buffer_.data() + end_, buffer_.size() - 1 - end_);
  end_ += got;
  buffer_[end_] = '\0';
  at_end_ = got == 0;
}

bool Records::next() {
  while (!at_end_ || at_ < end_) {
    line_ = next_line_;
    if (!parse()) {
      next_line_ = line_;
      refill();
      continue;
    }
    const bool blank = cells_.size() == 1 && !cells_[0].quoted && cells_[0].text.empty();
    if (!blank) return true;
  }
  return false;
}

/// Parses the record at `at_` and steps behind it; false, with nothing changed, where the buffer ends first.
bool Records::parse() {
  cells_.clear();
  escaped_.clear();
  next_line_ = line_;
  char *p = buffer_.data() + at_, *const end = buffer_.data() + end_;
  while (true) {
    Cell cell;
    bool escaped = false;
    while (is_space(*p) && *p != separator_) ++p;
    if (*p == '"') {
      if (!parse_quoted(p, cell, escaped)) return false;
    } else {
      const char* const start = p;
      while (!stops_[static_cast<unsigned char>(*p)]) ++p;
      const char* stop = p;
      while (stop > start && is_space(stop[-1])) --stop;
      cell.text = {start, std::size_t(stop - start)};
    }
    if (*p == '\0' && p != end) fail("a byte of 0; is this a text file?");
    if (p == end && !at_end_) return false;
    if (escaped) escaped_.push_back(cells_.size());
    cells_.push_back(cell);
    if (p == end || *p != separator_) break;
    ++p;
  }
  if (*p == '\r') {
    if (p + 1 == end && !at_end_) return false;  // a line feed may follow
    if (p[1] == '\n') ++p;
  }
  if (p != end) {
    ++p;
    ++next_line_;
  }
  at_ = std::size_t(p - buffer_.data());
  finish_cells();
  return true;
}

/// From the opening quote to behind the closing one and the spaces after it.
bool Records::parse_quoted(char*& p, Cell& cell, bool& escaped) {
  char* const end = buffer_.data() + end_;
  const char* const start = ++p;
  while (true) {
    p = std::find(p, end, '"');
    if (p == end) {
      if (!at_end_) return false;
      fail("the quote before " + in_quotes({start, std::size_t(end - start)}) + " is not closed");
    }
    if (p + 1 == end && !at_end_) return false;  // a second quote may follow
    if (p[1] != '"') break;
    escaped = true;
    p += 2;
  }
  cell = {{start, std::size_t(p - start)}, true};
  for (const char* c = start; c < p; ++c) next_line_ += *c == '\n' || (*c == '\r' && c[1] != '\n');
  ++p;
  while (is_space(*p) && *p != separator_) ++p;
  if (!stops_[static_cast<unsigned char>(*p)])
    fail("text after the closing quote of " + in_quotes(cell.text) + "; a quote within quotes is written twice");
  return true;
}

/// "" becomes ", within the buffer.
void Records::finish_cells() {
  for (const std::size_t i : escaped_) {
    std::string_view& text = cells_[i].text;
    char* const start = buffer_.data() + (text.data() - buffer_.data());
    char* out = start;
    for (std::size_t k = 0; k < text.size(); ++k) {
      *out++ = text[k];
      if (text[k] == '"') ++k;
    }
    text = {start, std::size_t(out - start)};
  }
}

}  // namespace lepton::data::csv
