// Finding out how a CSV file is written.
#include "src/data/csv/sniff.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "lepton/core/error.hpp"
#include "src/data/csv/cell.hpp"
#include "src/data/csv/records.hpp"
#include "src/data/names.hpp"
#include "src/data/utf8.hpp"

namespace lepton::data::csv {
namespace {

constexpr std::size_t kSampleBytes = 256 << 10;
constexpr std::size_t kMostSampleBytes = 64 << 20;
constexpr std::size_t kSampleRecords = 200;
constexpr char kSeparators[] = {'\t', ';', ',', '|'};  // sooner a rare one that fits than the comma

using Record = std::vector<std::string>;

struct Sample {
  std::vector<std::uint8_t> bytes;
  bool whole = false;  // it is all of the file
};

Sample take_sample(ByteStream& stream, std::size_t most) {
  Sample sample;
  stream.rewind();
  sample.bytes.resize(most);
  std::size_t have = 0;
  while (have < most) {
    const std::size_t got = stream.read(sample.bytes.data() + have, most - have);
    sample.whole = got == 0;
    if (sample.whole) break;
    have += got;
  }
  sample.bytes.resize(have);
  stream.rewind();
  return sample;
}

/// The first records, as far as they are whole and can be read.
std::vector<Record> cut(const Sample& sample, char separator, const std::string& name) {
  std::vector<Record> records;
  const auto stream = open_bytes(sample.bytes, name);
  try {
    Records reader(*stream, separator);
    while (records.size() < kSampleRecords && reader.next()) {
      Record& record = records.emplace_back();
      for (const Cell& cell : reader.cells()) record.emplace_back(cell.text);
    }
    if (!sample.whole && records.size() < kSampleRecords && !records.empty()) records.pop_back();
  } catch (const Error&) {
    // Reading the file itself will say what is wrong, if it is with the separator that fits best.
  }
  return records;
}

/// How well a separator cuts: the share of records with the most frequent width, if that is above 1.
double evenness(const std::vector<Record>& records) {
  std::map<std::size_t, std::size_t> widths;
  for (const Record& r : records) ++widths[r.size()];
  std::size_t best = 0;
  for (const auto& [width, count] : widths)
    if (width > 1) best = std::max(best, count);
  return records.empty() ? 0 : double(best) / double(records.size());
}

std::vector<Record> cut_best(const Sample& sample, const CsvOptions& options, const std::string& name,
                             char& separator) {
  if (options.separator != 0) return cut(sample, separator = options.separator, name);
  std::vector<Record> best = cut(sample, separator = ',', name);
  double best_evenness = 0;
  for (const char candidate : kSeparators) {
    std::vector<Record> records = cut(sample, candidate, name);
    const double even = evenness(records);
    if (even <= best_evenness) continue;
    best_evenness = even;
    separator = candidate;
    best = std::move(records);
  }
  return best;
}

bool looks_like_header(const std::vector<Record>& records, const MissingMarks& missing, char separator) {
  const DecimalComma comma = separator == ',' ? DecimalComma::no : DecimalComma::yes;
  const Record& first = records[0];
  bool names = false;
  for (const std::string& cell : first) {
    if (cell.empty()) continue;
    if (missing.contain(cell) || kind_of(cell, comma) != Kind::text) return false;
    names = true;
  }
  if (!names) return false;
  if (records.size() == 1) return true;
  bool again = false;
  for (std::size_t column = 0; column < first.size(); ++column)
    for (std::size_t row = 1; row < records.size(); ++row) {
      if (column >= records[row].size()) continue;
      const std::string& cell = records[row][column];
      if (missing.contain(cell)) continue;
      if (kind_of(cell, comma) != Kind::text) return true;
      again = again || (!first[column].empty() && cell == first[column]);
    }
  return !again;
}

/// Names for all columns: an empty one becomes "column 3", the second of equal ones "name.1".
std::vector<std::string> make_names(const Record& given) {
  const std::set<std::string> as_given(given.begin(), given.end());
  std::set<std::string> used;
  std::map<std::string, int> next;  // to be put behind a name that is taken
  std::vector<std::string> names;
  for (const std::string& wanted : given) {
    const std::string base = wanted.empty() ? "column " + std::to_string(names.size() + 1) : wanted;
    std::string name = base;
    while (used.contains(name) || (name != wanted && as_given.contains(name)))
      name = base + "." + std::to_string(++next[base]);
    used.insert(name);
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

MissingMarks::MissingMarks(const std::vector<std::string>& marks) : marks_(marks) {
  for (const std::string& mark : marks_) {
    if (mark.empty()) empty_ = true;
    else first_[static_cast<unsigned char>(mark[0])] = true;
  }
}

bool MissingMarks::listed(std::string_view text) const {
  return std::find(marks_.begin(), marks_.end(), text) != marks_.end();
}

Dialect find_dialect(ByteStream& stream, const CsvOptions& options) {
  if (options.separator != 0 && (options.separator == '"' || options.separator == '\n' ||
                                 options.separator == '\r' || options.separator == ' '))
    throw Error("read_csv", "a quote, a space or a line end cannot be the separator");
  Dialect dialect;
  std::vector<Record> records;
  for (std::size_t bytes = kSampleBytes; bytes <= kMostSampleBytes; bytes *= 4) {
    const Sample sample = take_sample(stream, bytes);
    records = cut_best(sample, options, stream.name(), dialect.separator);
    if (records.size() > 1 || sample.whole) break;  // else a record is longer than the sample
  }
  if (records.empty()) return dialect;
  dialect.header = options.header == Header::present ||
                   (options.header == Header::automatic &&
                    looks_like_header(records, MissingMarks(options.missing), dialect.separator));
  if (!options.names.empty() && options.names.size() != records[0].size())
    throw Error(stream.name(), std::to_string(options.names.size()) + " names were given for its " +
                                   std::to_string(records[0].size()) + " columns");
  if (!options.names.empty()) dialect.names = options.names;
  else dialect.names = make_names(dialect.header ? records[0] : Record(records[0].size()));
  for (const std::string& name : dialect.names)
    if (!is_utf8(name))
      throw Error(stream.name(), std::string("the name of a column is not UTF-8; ") + kConvert);
  return dialect;
}

}  // namespace lepton::data::csv
