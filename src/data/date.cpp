// Reading and writing dates.
#include "src/data/date.hpp"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>

#include "lepton/data/table.hpp"

namespace lepton::data {
namespace {

constexpr double kNoDate = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kDay = 86400, kHour = 3600, kMinute = 60;

/// Takes a text apart from its front.
struct Scanner {
  std::string_view left;

  bool at_digit() const { return !left.empty() && left[0] >= '0' && left[0] <= '9'; }
  bool take(char c) {
    if (left.empty() || left[0] != c) return false;
    left.remove_prefix(1);
    return true;
  }
  /// A number of `least` to `most` digits.
  bool number(int least, int most, int& value) {
    int digits = 0;
    value = 0;
    for (; digits < most && at_digit(); ++digits, left.remove_prefix(1)) value = value * 10 + (left[0] - '0');
    return digits >= least && !at_digit();
  }
};

/// Days since 1970-01-01.
bool scan_day(Scanner& in, DateOrder order, std::int64_t& days) {
  int part[3];
  char between = 0;
  for (int i = 0; i < 3; ++i) {
    const bool year = i == (order == DateOrder::year_month_day ? 0 : 2);
    if (!in.number(year ? 4 : 1, year ? 4 : 2, part[i])) return false;
    if (i == 2) break;
    if (i == 0) between = in.left.empty() ? '\0' : in.left[0];
    if (!in.take(between)) return false;
  }
  const bool dash = between == '-', slash = between == '/', dot = between == '.';
  int year = part[2], month = part[0], day = part[1];
  switch (order) {
    case DateOrder::year_month_day:
      if (!dash && !slash) return false;
      year = part[0], month = part[1], day = part[2];
      break;
    case DateOrder::month_day_year:
      if (!slash) return false;
      break;
    case DateOrder::day_month_year:
      if (!slash && !dot) return false;
      month = part[1], day = part[0];
  }
  using namespace std::chrono;
  const year_month_day date{std::chrono::year{year}, std::chrono::month{unsigned(month)},
                            std::chrono::day{unsigned(day)}};
  if (!date.ok()) return false;
  days = sys_days(date).time_since_epoch().count();
  return true;
}

/// Z, +01:00, +0100 or +01, as seconds to take off.
bool scan_offset(Scanner& in, std::int64_t& seconds) {
  seconds = 0;
  if (in.left.empty() || in.take('Z')) return true;
  const bool west = in.take('-');
  if (!west && !in.take('+')) return false;
  int hours = 0, minutes = 0;
  if (in.left.size() == 4 && in.number(4, 4, hours)) minutes = hours % 100, hours /= 100;
  else if (!in.number(2, 2, hours) || (in.take(':') && !in.number(2, 2, minutes))) return false;
  if (hours > 23 || minutes > 59) return false;
  seconds = (hours * kHour + minutes * kMinute) * (west ? -1 : 1);
  return true;
}

bool scan_time(Scanner& in, double& seconds) {
  int hour = 0, minute = 0, second = 0;
  if (!in.number(1, 2, hour) || !in.take(':') || !in.number(2, 2, minute)) return false;
  if (in.take(':') && !in.number(2, 2, second)) return false;
  if (hour > 23 || minute > 59 || second > 60) return false;  // 60 is a leap second
  double fraction = 0;
  if (in.take('.')) {
    if (!in.at_digit()) return false;
    for (double scale = 0.1; in.at_digit(); scale /= 10, in.left.remove_prefix(1))
      fraction += scale * (in.left[0] - '0');
  }
  std::int64_t offset = 0;
  if (!scan_offset(in, offset)) return false;
  seconds = double(hour * kHour + minute * kMinute + second - offset) + fraction;
  return true;
}

}  // namespace

double parse_date(std::string_view text, DateOrder order) {
  Scanner in{text};
  std::int64_t days = 0;
  double seconds = 0;
  if (!scan_day(in, order, days)) return kNoDate;
  if ((in.take('T') || in.take(' ')) && !scan_time(in, seconds)) return kNoDate;
  return in.left.empty() ? double(days * kDay) + seconds : kNoDate;
}

double parse_date(std::string_view text) { return parse_date(text, DateOrder::year_month_day); }

std::string date_text(double seconds) {
  const double last = 253402300800.0;  // the year 10000, beyond which dates have no four digits
  if (!(seconds >= -62167219200.0 && seconds < last)) return std::to_string(seconds);
  const std::int64_t whole = std::int64_t(std::floor(seconds)), days = whole / kDay - (whole % kDay < 0);
  const int rest = int(whole - days * kDay);
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  char out[48];
  int length = std::snprintf(out, sizeof out, "%04d-%02u-%02u", int(date.year()), unsigned(date.month()),
                             unsigned(date.day()));
  if (rest != 0)
    length += std::snprintf(out + length, sizeof out - std::size_t(length), "T%02d:%02d:%02d", rest / 3600,
                            rest / 60 % 60, rest % 60);
  return {out, std::size_t(length)};
}

}  // namespace lepton::data
