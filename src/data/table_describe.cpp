// What is in a table, in words.
#include <algorithm>
#include <numeric>

#include "lepton/data/table.hpp"

namespace lepton::data {
namespace {

std::string summary(const Column& c) {
  if (c.type != ColumnType::text) {
    std::int64_t low = -1, high = -1;
    for (std::int64_t i = 0; i < c.size(); ++i) {
      if (c.missing(i)) continue;
      const double v = c.numbers[std::size_t(i)];
      if (low < 0 || v < c.numbers[std::size_t(low)]) low = i;
      if (high < 0 || v > c.numbers[std::size_t(high)]) high = i;
    }
    return low < 0 ? "no values" : c.text(low) + " to " + c.text(high);
  }
  constexpr std::size_t kShown = 4;
  std::vector<std::int64_t> count(c.dictionary.size()), order(c.dictionary.size());
  for (const std::int32_t code : c.codes)
    if (code >= 0) ++count[std::size_t(code)];
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return count[std::size_t(a)] > count[std::size_t(b)];
  });
  std::string text = std::to_string(order.size()) + (order.size() == 1 ? " value" : " values");
  for (std::size_t i = 0; i < std::min(order.size(), kShown); ++i)
    text += (i ? ", " : ": ") + c.dictionary[std::size_t(order[i])];
  return text + (order.size() > kShown ? ", ..." : "");
}

}  // namespace

std::string describe(const Table& table) {
  std::size_t widest = 0;
  for (const Column& c : table.columns()) widest = std::max(widest, c.name.size());
  std::string text;
  for (const Column& c : table.columns()) {
    const std::string type = to_string(c.type);
    const std::int64_t missing = c.missing_count();
    text += c.name + std::string(widest - c.name.size() + 2, ' ') + type + std::string(9 - type.size(), ' ') +
            summary(c) + (missing ? ", " + std::to_string(missing) + " missing" : "") +
            (c.note.empty() ? "" : "; " + c.note) + "\n";
  }
  return text;
}

}  // namespace lepton::data
