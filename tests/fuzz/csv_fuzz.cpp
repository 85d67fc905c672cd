// Feeds arbitrary bytes to the CSV reader: it returns a sound table or throws Error, nothing else.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <span>

#include "lepton/core/error.hpp"
#include "lepton/data/csv.hpp"

using namespace lepton;

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}

void check(const data::Table& table) {
  require(table.rows() > 0 && table.width() > 0);
  std::set<std::string> names;
  for (const data::Column& c : table.columns()) {
    require(names.insert(c.name).second && c.size() == table.rows());
    require(c.type == data::ColumnType::text ? c.numbers.empty() : c.codes.empty() && c.dictionary.empty());
    require(std::set<std::string>(c.dictionary.begin(), c.dictionary.end()).size() == c.dictionary.size());
    for (const std::int32_t code : c.codes) require(code >= -1 && code < std::int32_t(c.dictionary.size()));
    if (c.type == data::ColumnType::boolean)
      for (const double v : c.numbers) require(v == 0 || v == 1 || v != v);
  }
  require(!data::describe(table).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  const std::span input(bytes, count);
  data::Table table;
  try {
    table = data::read_csv(input, "input");
    check(table);
  } catch (const Error&) {
    return 0;
  }
  // What was found can be told: the same columns come out, and no error.
  data::CsvOptions told;
  for (const data::Column& c : table.columns()) told.types[c.name] = c.type;
  const data::Table again = data::read_csv(input, "input", told);
  require(again.rows() == table.rows() && again.width() == table.width());
  for (std::int64_t i = 0; i < table.width(); ++i)
    for (const std::int64_t row : {std::int64_t(0), table.rows() - 1})
      require(again.at(i).text(row) == table.at(i).text(row));
  return 0;
}
