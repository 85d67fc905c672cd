// The memory plan: greedy by size.
#include "src/compile/memory_plan.hpp"

#include <algorithm>
#include <map>
#include <numeric>

namespace lepton::detail {
namespace {

std::size_t padded(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace

std::size_t plan_memory(std::vector<Lifetime>& blocks) {
  std::vector<std::size_t> order(blocks.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return blocks[a].bytes > blocks[b].bytes; });

  std::size_t size = 0;
  std::vector<const Lifetime*> placed;
  std::vector<std::pair<std::size_t, std::size_t>> busy;
  for (const std::size_t i : order) {
    Lifetime& block = blocks[i];
    busy.clear();
    for (const Lifetime* other : placed)
      if (other->first <= block.last && block.first <= other->last)
        busy.emplace_back(other->offset, other->offset + padded(other->bytes));
    std::sort(busy.begin(), busy.end());
    std::size_t offset = 0;
    for (const auto& [from, to] : busy) {
      if (offset + padded(block.bytes) <= from) break;
      offset = std::max(offset, to);
    }
    block.offset = offset;
    size = std::max(size, offset + padded(block.bytes));
    placed.push_back(&block);
  }
  return size;
}

std::size_t live_bytes(const std::vector<Lifetime>& blocks) {
  std::map<int, std::ptrdiff_t> change;  // at a launch
  for (const Lifetime& b : blocks) {
    change[b.first] += std::ptrdiff_t(padded(b.bytes));
    change[b.last + 1] -= std::ptrdiff_t(padded(b.bytes));
  }
  std::ptrdiff_t now = 0, most = 0;
  for (const auto& [launch, delta] : change) most = std::max(most, now += delta);
  return std::size_t(most);
}

}  // namespace lepton::detail
