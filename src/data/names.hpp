// Names and values as messages show them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lepton::data {

/// A number in as few digits as give it back.
std::string number_text(double value);

/// The first of them in a row: "age, sex, fare and 5 more".
std::string list_names(const std::vector<std::string>& names);

/// In quotes, cut where it is long, control characters as spaces.
std::string in_quotes(std::string_view text);

}  // namespace lepton::data
