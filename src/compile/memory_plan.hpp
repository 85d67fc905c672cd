// Where intermediate results lie: one arena, in which storages that do not live at the same time overlap.
#pragma once

#include <cstddef>
#include <vector>

#include "lepton/core/export.hpp"

namespace lepton::detail {

/// A block of memory that is needed from launch `first` to launch `last`, both included.
struct Lifetime {
  std::size_t bytes;
  int first, last;
  std::size_t offset = 0;  ///< written by plan_memory
};

/// Gives every block an offset (a multiple of 64) so that blocks that live at the same time do not overlap, and
/// returns the arena's size. Largest first, each at the lowest place that is free during its life.
LEPTON_API std::size_t plan_memory(std::vector<Lifetime>& blocks);

/// The most bytes that live at one time: no plan can need less.
LEPTON_API std::size_t live_bytes(const std::vector<Lifetime>& blocks);

}  // namespace lepton::detail
