// CSV files, read into tables.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "lepton/core/export.hpp"
#include "lepton/data/table.hpp"

namespace lepton::data {

/// Whether the first line names the columns. `automatic` looks: a line of names holds no numbers, dates or
/// booleans, and either some column below it does, or none of its cells occurs again below.
enum class Header { automatic, present, absent };

struct CsvOptions {
  char separator = 0;  ///< 0: tab, semicolon, comma or bar, whichever cuts the first lines evenly
  Header header = Header::automatic;
  std::vector<std::string> names = {};           ///< of the columns, in place of the header's
  std::vector<std::string> select = {};          ///< columns to keep; empty: all
  std::map<std::string, ColumnType> types = {};  ///< told rather than found; another value is an error
  std::vector<std::string> missing = {"",     "?",    "NA",   "N/A", "n/a", "<NA>", "#N/A",
                                      "null", "NULL", "None", "nan", "NaN", "NAN"};
  std::int64_t limit = 0;  ///< most rows; 0: all
};

/// Reads a CSV file (RFC 4180), gzipped or not; only the table lies in memory, and the file is read a second
/// time for columns whose first values were of another type than later ones.
///
/// Cells may be quoted, with "" for a quote, and may then hold separators and line ends, which are LF, CRLF
/// or CR; spaces around other cells, empty lines and a byte order mark are passed over. Columns without a
/// name are called "column 3". A column's type is what all its values are: numbers (with a decimal comma too
/// where the separator is none), "true" and "false", dates (ISO 8601, 2/29/2024, 29/2/2024, 29.2.2024), or
/// else text; without values it is a number column.
///
/// Throws, naming the file, row, line and column: rows of another width than the first, quotes that do not
/// close or close within a cell, text that is not UTF-8, values that are not of the type told, names that
/// are not there; and where the file cannot be read or has no rows.
LEPTON_API Table read_csv(const std::string& path, const CsvOptions& options = {});

/// The same from bytes; `name` stands for the file in messages.
LEPTON_API Table read_csv(std::span<const std::uint8_t> bytes, const std::string& name,
                          const CsvOptions& options = {});

}  // namespace lepton::data
