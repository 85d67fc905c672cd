// Drawing samples by their weights.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lepton/data/random_stream.hpp"

namespace lepton::data {

/// Throws, naming `who`, unless there is one finite weight of at least 0 for each sample, and one above 0.
void check_weights(std::span<const double> weights, std::int64_t samples, const char* who);

/// `count` indices, each drawn anew with chances in proportion to the weights.
std::vector<std::int64_t> draw(std::span<const double> weights, std::int64_t count, RandomStream random);

}  // namespace lepton::data
