// Records: a CSV file cut into lines and cells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/data/stream.hpp"

namespace lepton::data::csv {

struct Cell {
  std::string_view text;  // without quotes and the spaces around
  bool quoted = false;
};

/// Reads record after record. Of the file only the record at hand and the block it lies in are in memory.
class Records {
 public:
  Records(ByteStream& stream, char separator);

  /// Steps to the next record that is not an empty line; false at the end. Throws for broken quoting, bytes
  /// of 0 and files in UTF-16.
  bool next();
  /// Those of the record, until the next step.
  std::span<const Cell> cells() const { return cells_; }
  /// Line of the file on which the record begins, from 1.
  std::int64_t line() const { return line_; }
  /// Bytes read up to the end of the record.
  std::size_t position() const { return base_ + at_; }

 private:
  bool parse();
  bool parse_quoted(char*& p, Cell& cell, bool& escaped);
  void finish_cells();
  void refill();
  void skip_mark();
  [[noreturn]] void fail(const std::string& what) const;

  ByteStream& stream_;
  char separator_;
  bool stops_[256] = {};      // what ends an unquoted cell, or must be looked at
  std::vector<char> buffer_;  // [0, end_) is filled; a 0 follows
  std::size_t base_ = 0;      // place in the file of the buffer's first byte
  std::size_t at_ = 0;        // of the record, in the buffer
  std::size_t end_ = 0;
  bool at_end_ = false;  // the stream has no more
  std::int64_t line_ = 0, next_line_ = 1;
  std::vector<Cell> cells_;
  std::vector<std::size_t> escaped_;  // cells that hold "" for a quote
};

}  // namespace lepton::data::csv
