// Points of a unit cube, on a grid or of a Halton sequence, and the values that they stand for.
#include "src/train/search_space.hpp"

#include <charconv>
#include <cmath>
#include <random>
#include <set>

#include "lepton/core/error.hpp"

namespace lepton {
namespace {

std::string to_text(double value) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

std::int64_t count_of(const SearchParameter& p) {
  return p.values.empty() ? p.points : std::int64_t(p.values.size());
}

/// The number of a range at a share of its way.
std::string at(const SearchParameter& p, double share) {
  double value =
      p.scale == Scale::log ? p.low * std::pow(p.high / p.low, share) : p.low + (p.high - p.low) * share;
  if (p.whole) value = std::round(value);
  return to_text(value);
}

constexpr int kPrimes[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53};

/// Digits of n in a base, mirrored behind the point (van der Corput 1935).
double mirrored(std::int64_t n, int base) {
  double result = 0, digit = 1.0 / base;
  for (; n > 0; n /= base, digit /= base) result += double(n % base) * digit;
  return result;
}

}  // namespace

SearchParameter choice(std::string name, std::initializer_list<const char*> values) {
  return {.name = std::move(name), .values = {values.begin(), values.end()}};
}

SearchParameter choice(std::string name, std::initializer_list<double> values) {
  SearchParameter result{.name = std::move(name)};
  for (const double value : values) result.values.push_back(to_text(value));
  return result;
}

const std::string& Setting::text(const std::string& name) const {
  for (const auto& [key, value] : values_)
    if (key == name) return value;
  throw Error("search", "there is no parameter '" + name + "' in " + describe());
}

double Setting::number(const std::string& name) const {
  const std::string& value = text(name);
  double result = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), result);
  if (error != std::errc() || end != value.data() + value.size())
    throw Error("search", "'" + name + "' is '" + value + "', which is no number");
  return result;
}

std::int64_t Setting::whole(const std::string& name) const { return std::llround(number(name)); }

std::string Setting::describe() const {
  std::string all;
  for (const auto& [name, value] : values_) all += (all.empty() ? "" : " ") + name + "=" + value;
  return all;
}

namespace detail {

void check_space(const std::vector<SearchParameter>& space) {
  if (space.empty()) throw Error("search", "there are no parameters to search");
  if (space.size() > std::size(kPrimes))
    throw Error("search", "searches up to " + std::to_string(std::size(kPrimes)) + " parameters, not " +
                              std::to_string(space.size()));
  std::set<std::string> names;
  for (const SearchParameter& p : space) {
    const std::string name = "parameter '" + p.name + "'";
    if (p.name.empty() || !names.insert(p.name).second)
      throw Error("search", name + " has no name of its own");
    if (!p.values.empty()) continue;
    if (!(p.low < p.high)) throw Error("search", name + " needs values, or low < high");
    if (p.scale == Scale::log && !(p.low > 0)) throw Error("search", name + " needs low > 0 for a log scale");
    if (p.points < 2) throw Error("search", name + " needs 2 points in a grid, or more");
  }
}

std::int64_t grid_size(const std::vector<SearchParameter>& space) {
  std::int64_t size = 1;
  for (const SearchParameter& p : space) size *= count_of(p);
  return size;
}

Setting grid_setting(const std::vector<SearchParameter>& space, std::int64_t number) {
  std::vector<std::pair<std::string, std::string>> values;
  for (const SearchParameter& p : space) {
    const std::int64_t i = number % count_of(p);
    number /= count_of(p);
    values.emplace_back(
        p.name, p.values.empty() ? at(p, double(i) / double(p.points - 1)) : p.values[std::size_t(i)]);
  }
  return Setting(std::move(values));
}

Setting random_setting(const std::vector<SearchParameter>& space, std::int64_t number, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::pair<std::string, std::string>> values;
  for (std::size_t axis = 0; axis < space.size(); ++axis) {
    const SearchParameter& p = space[axis];
    const double shift = double(random() >> 11) * 0x1p-53;
    const double share = std::fmod(mirrored(number + 1, kPrimes[axis]) + shift, 1.0);
    const auto i = std::size_t(share * double(p.values.size()));
    values.emplace_back(p.name, p.values.empty() ? at(p, share) : p.values[i]);
  }
  return Setting(std::move(values));
}

}  // namespace detail
}  // namespace lepton
