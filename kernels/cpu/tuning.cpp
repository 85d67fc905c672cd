// Tunings as text, and the one that is in place.
#include "kernels/cpu/tuning.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <optional>
#include <sstream>

#include "kernels/cpu/conv_plan.hpp"
#include "lepton/core/error.hpp"

namespace lepton::kernels::cpu {
namespace {

constexpr std::string_view kFirstLine = "lepton tuning 1";
constexpr std::string_view kCpu = "cpu ";

std::string hash_of(std::string_view text) {  // FNV-1a, 64 bits
  std::uint64_t h = 0xcbf29ce484222325u;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  std::string digits(16, '0');
  for (std::size_t i = 0; i < 16; ++i) digits[15 - i] = "0123456789abcdef"[h >> 4 * i & 15];
  return digits;
}

/// The value whose name is `word`; none where there is no such.
template <class E> std::optional<E> find_name(std::string_view word, int count) {
  for (int i = 0; i < count; ++i)
    if (word == name_of(E(i))) return E(i);
  return {};
}

std::optional<DType> find_type(std::string_view word) {
  for (const DType t : {f32, bf16})
    if (word == name_of(t)) return t;
  return {};
}

/// A line's words, from left to right, and its place for errors.
class Line {
 public:
  Line(std::string_view text, std::string place) : text_(text), place_(std::move(place)) {}

  std::string_view word() {
    constexpr std::string_view kSpace = " \t\r";
    text_.remove_prefix(std::min(text_.find_first_not_of(kSpace), text_.size()));
    const std::string_view found = text_.substr(0, text_.find_first_of(kSpace));
    text_.remove_prefix(found.size());
    return found;
  }
  [[noreturn]] void fail(const std::string& what) const { throw Error(place_, what); }
  [[noreturn]] void fail(std::string_view word, const std::string& wanted) const {
    fail(word.empty() ? "ends early; " + wanted : "'" + std::string(word) + "' is not " + wanted);
  }

 private:
  std::string_view text_;
  std::string place_;
};

std::int64_t read_size(const Line& line, std::string_view text) {
  std::int64_t value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) line.fail(text, "a size");
  return value;
}

Condition read_condition(const Line& line, std::string_view word, ChoiceOp op) {
  const auto equals = word.find('=');
  const auto size = find_name<Size>(word.substr(0, equals), kSizes);
  if (equals == word.npos || !size) line.fail(word, "a condition such as m=16, m=16.. or m=16..64");
  if (!has_size(op, *size)) line.fail(std::string(name_of(op)) + " has no " + name_of(*size));
  const std::string_view range = word.substr(equals + 1);
  const auto dots = range.find("..");
  Condition c{.size = *size, .from = read_size(line, range.substr(0, dots))};
  if (dots == range.npos) c.to = c.from;
  else if (dots + 2 < range.size()) c.to = read_size(line, range.substr(dots + 2));
  if (c.to < c.from) line.fail("'" + std::string(word) + "' holds for no size");
  return c;
}

/// The table's own text, which lasts.
const char* read_algorithm(const Line& line, std::string_view word, ChoiceOp op) {
  if (op == ChoiceOp::matmul) line.fail(word, "the end of the line");
  std::string names;
  for (const ConvAlgorithm* const* a = kConvTable; *a; ++a) {
    if (word == (*a)->name) return (*a)->name;
    names += (names.empty() ? "" : ", ") + std::string((*a)->name);
  }
  line.fail(word, "an algorithm; there are " + names);
}

Choice read_choice(Line& line, DType allowed, ChoiceOp op) {
  const std::string_view word = line.word();
  const auto type = find_type(word);
  if (!type) line.fail(word, "f32 or bf16, the type to compute with");
  if (*type != f32 && *type != allowed) line.fail("bf16 is not allowed by '" + std::string(name_of(allowed)) + "'");
  Choice choice{*type};
  if (const auto algorithm = line.word(); !algorithm.empty()) choice.algorithm = read_algorithm(line, algorithm, op);
  if (const auto more = line.word(); !more.empty()) line.fail(more, "the end of the line");
  return choice;
}

ChoiceRow read_row(Line line) {
  ChoiceRow row{};
  const std::string_view name = line.word();
  const auto op = find_name<ChoiceOp>(name, 4);
  if (!op) line.fail(name, "an operation: matmul, conv2d, conv2d_input_grad or conv2d_weight_grad");
  row.op = *op;
  const std::string_view type = line.word();
  const auto allowed = find_type(type);
  if (!allowed) line.fail(type, "f32 or bf16, the type that autocast allows");
  row.allowed = *allowed;
  std::size_t used = 0;
  std::string_view word;
  for (word = line.word(); !word.empty() && word != "->"; word = line.word()) {
    const Condition c = read_condition(line, word, row.op);
    for (std::size_t i = 0; i < used; ++i)
      if (row.where[i].size == c.size) line.fail(std::string(name_of(c.size)) + " is named twice");
    row.where[used++] = c;  // every size once at most: they cannot be more than there is room for
  }
  if (word.empty()) line.fail(word, "'->' and the way to compute it are missing");
  row.then = read_choice(line, row.allowed, row.op);
  return row;
}

}  // namespace

Tuning parse_tuning(std::string_view text, const std::string& where, const CpuId& cpu) {
  Tuning tuning{{}, hash_of(text)};
  int number = 0;
  while (!text.empty() || number < 2) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string place = where + ":" + std::to_string(++number);
    if (number == 1) {
      if (line != kFirstLine) throw Error(place, "is no tuning: the first line must be '" + std::string(kFirstLine) + "'");
    } else if (number == 2) {
      if (!line.starts_with(kCpu)) throw Error(place, "the second line must name the CPU, as 'cpu " + to_string(cpu) + "'");
      if (line.substr(kCpu.size()) != to_string(cpu))
        throw Error(place, "was measured on '" + std::string(line.substr(kCpu.size())) + "', but this machine is '" +
                               to_string(cpu) + "'; measure anew here with tune()");
    } else if (const auto first = line.find_first_not_of(" \t"); first != line.npos && line[first] != '#') {
      tuning.rows.push_back(read_row(Line(line, place)));
    }
  }
  return tuning;
}

Tuning read_tuning(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file.is_open() || errno != 0) throw Error(path, std::string("cannot be read: ") + std::strerror(errno));
  return parse_tuning(text.str(), path, this_cpu());
}

std::string tuning_head(const CpuId& cpu) {
  return std::string(kFirstLine) + "\n" + std::string(kCpu) + to_string(cpu) + "\n";
}

std::string to_string(const ChoiceRow& row) {
  std::string text = std::string(name_of(row.op)) + " " + std::string(lepton::name_of(row.allowed));
  for (const Condition& c : row.where) {
    if (c.size == Size::none) break;
    text += std::string(" ") + name_of(c.size) + "=" + std::to_string(c.from);
    if (c.to != c.from) text += "..";
    if (c.to != c.from && c.to != INT64_MAX) text += std::to_string(c.to);
  }
  return text + " -> " + to_string(row.then);
}

std::string to_string(const Choice& choice) {
  return std::string(lepton::name_of(choice.compute)) + (choice.algorithm ? std::string(" ") + choice.algorithm : "");
}

namespace {

/// Everything that was ever put in place: loading is rare, and another thread may still be reading.
struct InPlace {
  std::mutex mutex;
  std::vector<std::unique_ptr<const Tuning>> all;
  std::atomic<const Tuning*> now{nullptr};
  std::atomic<std::uint64_t> version{0};

  InPlace() {
    const char* path = std::getenv("LEPTON_TUNING");
    if (path != nullptr && *path != '\0') put(std::make_unique<const Tuning>(read_tuning(path)));
  }
  void put(std::unique_ptr<const Tuning> tuning) {
    const std::lock_guard lock(mutex);
    now = tuning.get();
    ++version;
    all.push_back(std::move(tuning));
  }
};

InPlace& in_place() {
  static auto* one = new InPlace;
  return *one;
}

}  // namespace

const Tuning* current_tuning() { return in_place().now.load(std::memory_order_acquire); }
void set_tuning(std::unique_ptr<const Tuning> tuning) { in_place().put(std::move(tuning)); }
std::uint64_t tuning_version() { return in_place().version.load(std::memory_order_acquire); }

}  // namespace lepton::kernels::cpu
