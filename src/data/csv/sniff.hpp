// Looking at the first lines of a CSV file: which separator, whether a header.
#pragma once

#include <string>
#include <vector>

#include "lepton/data/csv.hpp"
#include "src/data/stream.hpp"

namespace lepton::data::csv {

/// What to do with text that is not UTF-8.
inline constexpr const char* kConvert = "convert the file: iconv -f LATIN1 -t UTF-8";

struct Dialect {
  char separator = ',';
  bool header = false;
  std::vector<std::string> names;  // of the columns, all different; empty where the file holds no records
};

/// What the options leave open is found in the first lines. Leaves the stream at its start. Throws for a
/// separator that is none, and where `names` of the options are not as many as the cells.
Dialect find_dialect(ByteStream& stream, const CsvOptions& options);

/// Whether a cell stands for a missing value.
class MissingMarks {
 public:
  explicit MissingMarks(const std::vector<std::string>& marks);
  bool contain(std::string_view text) const {
    return text.empty() ? empty_ : first_[static_cast<unsigned char>(text[0])] && listed(text);
  }

 private:
  bool listed(std::string_view text) const;
  std::vector<std::string> marks_;
  bool empty_ = false;
  bool first_[256] = {};  // bytes that marks start with
};

}  // namespace lepton::data::csv
