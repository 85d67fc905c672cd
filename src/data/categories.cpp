// Finding and encoding categories.
#include "lepton/data/categories.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "lepton/core/error.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/data/dictionary.hpp"
#include "src/data/names.hpp"

namespace lepton::data {
namespace {

struct Count {
  std::string name;
  std::int64_t count;
};

/// Distinct values in words, in the order of their bytes, and how often each is there.
std::vector<Count> count(const Column& column) {
  std::vector<std::int64_t> counts(column.dictionary.size());
  std::vector<std::string> names = column.dictionary;
  if (column.type == ColumnType::text) {
    for (const std::int32_t code : column.codes)
      if (code >= 0) ++counts[std::size_t(code)];
  } else {
    Dictionary dictionary;
    for (std::int64_t i = 0; i < column.size(); ++i) {
      if (column.missing(i)) continue;
      const std::size_t code = std::size_t(dictionary.code(column.text(i)));
      counts.resize(std::max(counts.size(), code + 1));
      ++counts[code];
    }
    names = dictionary.take();
  }
  std::vector<Count> out;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (counts[i] > 0) out.push_back({std::move(names[i]), counts[i]});
  std::sort(out.begin(), out.end(), [](const Count& a, const Count& b) { return a.name < b.name; });
  return out;
}

}  // namespace

Categories Categories::fit(const Column& column, std::int64_t most) {
  std::vector<Count> counts = count(column);
  Categories out;
  const std::int64_t n = std::int64_t(counts.size());
  if (most > 0 && most <= n) {
    // Of equally frequent ones scikit-learn keeps those that come later.
    std::vector<std::size_t> order(counts.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return counts[a].count < counts[b].count; });
    for (std::int64_t i = 0; i < n - (most - 1); ++i) counts[order[std::size_t(i)]].count = 0;
    out.other = true;
  }
  for (Count& c : counts)
    if (c.count > 0) out.names.push_back(std::move(c.name));
  return out;
}

std::int64_t Categories::find(std::string_view text) const {
  const auto found = std::lower_bound(names.begin(), names.end(), text);
  if (found != names.end() && *found == text) return found - names.begin();
  return other ? std::int64_t(names.size()) : -1;
}

std::vector<std::int64_t> Categories::find_all(const Column& column, Unknown unknown) const {
  const auto place = [&](const std::string& text, std::int64_t row) {
    const std::int64_t found = find(text);
    if (found < 0 && unknown == Unknown::error)
      throw Error("Categories", "row " + std::to_string(row + 1) + ", column " + in_quotes(column.name) + ": " +
                                    in_quotes(text) + " is none of " + list_names(names));
    return found;
  };
  std::vector<std::int64_t> out(std::size_t(column.size()), -1);
  if (column.type != ColumnType::text) {
    for (std::int64_t i = 0; i < column.size(); ++i)
      if (!column.missing(i)) out[std::size_t(i)] = place(column.text(i), i);
    return out;
  }
  constexpr std::int64_t kNotYet = -2;
  std::vector<std::int64_t> of_code(column.dictionary.size(), kNotYet);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (column.codes[i] < 0) continue;
    std::int64_t& known = of_code[std::size_t(column.codes[i])];
    if (known == kNotYet) known = place(column.dictionary[std::size_t(column.codes[i])], std::int64_t(i));
    out[i] = known;
  }
  return out;
}

Tensor one_hot(const Column& column, const Categories& categories, Unknown unknown) {
  const std::vector<std::int64_t> places = categories.find_all(column, unknown);
  const Tensor out = zeros({std::int64_t(places.size()), categories.size()});
  float* row = out.data<float>();
  for (const std::int64_t place : places) {
    if (place >= 0) row[place] = 1;
    row += categories.size();
  }
  return out;
}

Tensor ordinal(const Column& column, const Categories& categories, Unknown unknown) {
  const std::vector<std::int64_t> places = categories.find_all(column, unknown);
  const Tensor out = empty({std::int64_t(places.size())});
  for (std::size_t i = 0; i < places.size(); ++i)
    out.data<float>()[i] =
        column.missing(std::int64_t(i)) ? std::numeric_limits<float>::quiet_NaN() : float(places[i]);
  return out;
}

}  // namespace lepton::data
