// What scikit-learn makes of the tables in preparation_golden.inc.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace lepton::data::golden {
namespace {
#include "tests/data/preparation_golden.inc"
}  // namespace
}  // namespace lepton::data::golden
