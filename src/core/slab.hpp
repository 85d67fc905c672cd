// Blocks smaller than a huge page, cut from slabs of huge pages.
//
// Weights, their gradients and moments are mostly smaller than the 2 MiB from which the system gives huge pages. In
// pages of 4 KiB a core's prefetching ends at each, and its translation buffers hold a small part of them: the optimizer
// of the VAE's 0.65 million parameters ran at half its speed there.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace lepton::detail {

/// Sizes that are cut from slabs. Under the address sanitizer none are, so that it sees every block.
inline constexpr std::size_t kSlabFrom = (64 << 10) + 1, kSlabTo = (2 << 20) - 1;
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kUseSlabs = false;
#else
inline constexpr bool kUseSlabs = true;
#endif
constexpr bool in_slab(std::size_t bytes) { return kUseSlabs && bytes >= kSlabFrom && bytes <= kSlabTo; }

/// Slabs and what was cut from them. Not thread-safe.
class Slabs {
 public:
  struct Block {
    void* memory;  ///< null where the system has none; aligned to 64
    bool opened;   ///< whether the system was asked for a slab
  };
  Block cut(std::size_t bytes);

  /// Gives those slabs back of which every block is in one of these lists, and takes the blocks out of them.
  void give_back(std::span<std::vector<void*>> free_blocks);

 private:
  struct Slab {
    char* memory;
    std::size_t used;
    int blocks, free;  // cut from it; of these free, while they are counted
  };
  Slab* slab_of(const void* block);

  std::vector<Slab> slabs_;  // the last one is cut from
};

}  // namespace lepton::detail
