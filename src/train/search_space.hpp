// Settings of a space, by number.
#pragma once

#include "lepton/train/search.hpp"

namespace lepton::detail {

/// Throws where a parameter makes no sense, or a name is taken twice.
void check_space(const std::vector<SearchParameter>& space);

/// Combinations in a grid.
std::int64_t grid_size(const std::vector<SearchParameter>& space);
Setting grid_setting(const std::vector<SearchParameter>& space, std::int64_t number);

/// Does not depend on how many there will be.
Setting random_setting(const std::vector<SearchParameter>& space, std::int64_t number, std::uint64_t seed);

}  // namespace lepton::detail
