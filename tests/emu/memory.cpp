// The arena that emulated device memory comes from, and the handler that says what a fault was.
#include "tests/emu/memory.hpp"

#include <signal.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <new>
#include <string>

#include "tests/emu/block.hpp"

namespace emu {
namespace {

constexpr std::size_t kPage = 4096, kAlign = 16;
constexpr std::size_t kArena = std::size_t(1) << 36;  // addresses, not memory: none is given out twice
constexpr int kPoison = 0xff;

std::size_t to_pages(std::size_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

struct Block {
  char* pages;
  std::size_t bytes;
};

struct Arena {
  char* base;
  std::size_t used = 0, live = 0, limit = 0;
  std::map<char*, Block> blocks;  // by address
  bool open = false;
  struct sigaction previous {};

  Arena();
  bool holds(const void* p) const {
    const char* c = static_cast<const char*>(p);
    return c >= base && c < base + kArena;
  }
  /// The last block at or below the address; null if there is none.
  const std::pair<char* const, Block>* below(const void* address) const {
    auto after = blocks.upper_bound(static_cast<char*>(const_cast<void*>(address)));
    return after == blocks.begin() ? nullptr : &*std::prev(after);
  }
};

Arena& arena() {
  static Arena& instance = *new Arena;  // never destroyed: static tensors may be released last
  return instance;
}

/// Says what was touched, then lets the fault happen again under the handler that was there before.
void explain_fault(int signal, siginfo_t* info, void*) {
  Arena& a = arena();
  const char* address = static_cast<const char*>(info->si_addr);
  if (a.holds(address)) {
    const auto* block = a.below(address);
    std::string what = "access to device memory that was released, or never given out";
    if (block != nullptr) {
      const std::size_t offset = std::size_t(address - block->first), bytes = block->second.bytes;
      if (offset < bytes) what = "access to device memory outside kernels and copies";
      else if (offset < to_pages(bytes) + kPage)
        what = "access " + std::to_string(offset - bytes) + " bytes past the end of a block of " +
               std::to_string(bytes);
    }
    std::fprintf(stderr, "emu: %s, %s\n", what.c_str(), whereabouts().c_str());
  }
  sigaction(signal, &a.previous, nullptr);
}

Arena::Arena() {
  void* memory = mmap(nullptr, kArena, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  base = static_cast<char*>(memory);
  struct sigaction action {};
  action.sa_sigaction = explain_fault;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGSEGV, &action, &previous);
}

void protect(const Block& block, bool open) {
  mprotect(block.pages, to_pages(block.bytes), open ? PROT_READ | PROT_WRITE : PROT_NONE);
}

/// The poison between the page borders and the block must be as allocate left it.
void check_surroundings(const char* begin, const Block& block) {
  const char* first = block.pages;
  const char* last = block.pages + to_pages(block.bytes);
  for (const char* p = first; p < last; ++p) {
    if (p == begin) p += block.bytes;
    if (p < last && static_cast<unsigned char>(*p) != kPoison)
      die("a byte " + std::string(p < begin ? "before" : "behind") + " a device block of " +
          std::to_string(block.bytes) + " bytes was overwritten");
  }
}

}  // namespace

FencedBuffer::FencedBuffer(std::size_t most) {
  void* memory =
      mmap(nullptr, to_pages(most) + kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  end_ = static_cast<char*>(memory) + to_pages(most);
  mprotect(end_, kPage, PROT_NONE);
  data_ = end_;
}

void FencedBuffer::resize(std::size_t bytes) { data_ = end_ - (bytes + kAlign - 1) / kAlign * kAlign; }
void FencedBuffer::poison() { std::memset(data_, kPoison, std::size_t(end_ - data_)); }

void* allocate(std::size_t bytes) {
  Arena& a = arena();
  const std::size_t size = to_pages(bytes);
  if (a.used + size + kPage > kArena || (a.limit != 0 && a.live + bytes > a.limit)) return nullptr;
  const Block block{a.base + a.used, bytes};
  a.used += size + kPage;
  a.live += bytes;
  protect(block, true);
  std::memset(block.pages, kPoison, size);
  if (!a.open) protect(block, false);
  char* begin = block.pages + (size - bytes) / kAlign * kAlign;
  a.blocks.emplace(begin, block);
  return begin;
}

bool release(void* address) {
  Arena& a = arena();
  const auto found = a.blocks.find(static_cast<char*>(address));
  if (found == a.blocks.end()) return false;
  const Block block = found->second;
  protect(block, true);
  check_surroundings(found->first, block);
  // Fresh pages in place of the old: gives the memory back and leaves one mapping with the neighbours.
  mmap(block.pages, to_pages(block.bytes), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED,
       -1, 0);
  a.live -= block.bytes;
  a.blocks.erase(found);
  return true;
}

bool is_device(const void* address) { return arena().holds(address); }

void check_pointer(const void* address, const char* kernel) {
  if (address == nullptr) return;
  const auto* block = arena().below(address);
  const bool live =
      block != nullptr && static_cast<const char*>(address) <= block->first + block->second.bytes;
  if (!live) die("an argument of kernel " + std::string(kernel) + " is no pointer to live device memory");
}

void open_memory(bool open) {
  Arena& a = arena();
  if (open == a.open) return;
  a.open = open;
  for (const auto& [address, block] : a.blocks) protect(block, open);
}

void limit_memory(std::size_t bytes) { arena().limit = bytes; }
std::size_t live_bytes() { return arena().live; }

}  // namespace emu
