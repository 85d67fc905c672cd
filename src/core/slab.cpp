// Slabs of huge pages.
#include "src/core/slab.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>

namespace lepton::detail {
namespace {

constexpr std::size_t kSlab = 32 << 20, kHugePage = 2 << 20;
// Between blocks, so that those of one size do not lie at the same place of every page and cache.
constexpr std::size_t kGap = 5 * 64;

}  // namespace

Slabs::Block Slabs::cut(std::size_t bytes) {
  bool opened = false;
  if (slabs_.empty() || kSlab - slabs_.back().used < bytes) {
    void* const memory = std::aligned_alloc(kHugePage, kSlab);
    if (!memory) return {nullptr, true};
    madvise(memory, kSlab, MADV_HUGEPAGE);
    slabs_.push_back({static_cast<char*>(memory), 0, 0, 0});
    opened = true;
  }
  Slab& slab = slabs_.back();
  void* const block = slab.memory + slab.used;
  slab.used = std::min(kSlab, slab.used + (bytes + 63) / 64 * 64 + kGap);
  ++slab.blocks;
  return {block, opened};
}

Slabs::Slab* Slabs::slab_of(const void* block) {
  const auto* const p = static_cast<const char*>(block);
  const auto at = std::find_if(slabs_.begin(), slabs_.end(),
                               [p](const Slab& s) { return p >= s.memory && p < s.memory + kSlab; });
  return at == slabs_.end() ? nullptr : &*at;
}

void Slabs::give_back(std::span<std::vector<void*>> free_blocks) {
  for (Slab& s : slabs_) s.free = 0;
  for (const auto& list : free_blocks)
    for (const void* block : list)
      if (Slab* const s = slab_of(block)) ++s->free;
  const auto is_idle = [](const Slab& s) { return s.free == s.blocks; };
  for (auto& list : free_blocks)
    std::erase_if(list, [&](const void* block) {
      const Slab* const s = slab_of(block);
      return s && is_idle(*s);
    });
  std::erase_if(slabs_, [&](const Slab& s) {
    if (is_idle(s)) std::free(s.memory);
    return is_idle(s);
  });
}

}  // namespace lepton::detail
