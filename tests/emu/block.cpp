// The block scheduler: which thread runs, what it waits for, and when waiting can never end.
#include "tests/emu/block.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <vector>

#include "tests/emu/fiber.hpp"
#include "tests/emu/memory.hpp"
#include "tests/emu/schedule.hpp"

namespace emu {
namespace {

constexpr int kWarp = 32, kMostThreads = 1024, kMostMasks = 8;
constexpr std::size_t kMostShared = 227 << 10;

/// Where the lanes of one mask meet. Two sets of values, used in turn: a lane may publish its next value
/// while another has not read the last.
struct Meeting {
  std::uint32_t mask = 0, arrived = 0;
  unsigned round = 0;
  std::array<std::array<std::uint64_t, kWarp>, 2> values{};
};

struct Warp {
  std::uint32_t alive = 0;
  int meetings = 0;
  std::array<Meeting, kMostMasks> meeting;

  /// Ends a meeting's round if no live lane is missing.
  void settle(Meeting& m) const {
    if (m.arrived == 0 || (m.arrived & alive) != (m.mask & alive)) return;
    m.arrived = 0;
    ++m.round;
  }
};

struct Thread {
  Fiber fiber;
  uint3 index{};
  int number = 0;
  const unsigned* waits_for = nullptr;  // a round, until it differs from `seen`
  unsigned seen = 0;
  const void* barrier_site = nullptr;
};

struct State {
  std::deque<Thread> threads;  // grows as wider blocks come; a Thread never moves
  std::vector<Warp> warps;
  std::vector<int> warp_order, lanes;
  const Grid* grid = nullptr;  // null while no kernel runs
  const std::function<void()>* body = nullptr;
  Thread* running = nullptr;
  int live = 0, at_barrier = 0;
  unsigned barrier_round = 0;
  FencedBuffer shared{kMostShared};
};

State& state() {
  static State& instance = *new State;
  return instance;
}

Warp& warp_of(const Thread& t) { return state().warps[std::size_t(t.number / kWarp)]; }

void wait_for_change(Thread& t, const unsigned& round, unsigned seen) {
  t.waits_for = &round;
  t.seen = seen;
  t.fiber.suspend();
  t.waits_for = nullptr;
}

void open_barrier() {
  State& s = state();
  const void* site = nullptr;
  for (const Thread& t : s.threads) {
    if (t.barrier_site == nullptr) continue;
    if (site != nullptr && t.barrier_site != site) die("threads wait at different __syncthreads");
    site = t.barrier_site;
  }
  for (Thread& t : s.threads) t.barrier_site = nullptr;
  s.at_barrier = 0;
  ++s.barrier_round;
}

/// A thread has returned: those that wait for everyone else need no longer wait for it.
void retire(Thread& t) {
  State& s = state();
  --s.live;
  Warp& warp = warp_of(t);
  warp.alive &= ~(1u << (t.number % kWarp));
  for (int i = 0; i < warp.meetings; ++i) warp.settle(warp.meeting[std::size_t(i)]);
  if (s.live > 0 && s.at_barrier == s.live) open_barrier();
}

void thread_main(void* thread) {
  (*state().body)();
  retire(*static_cast<Thread*>(thread));
}

void start_threads(dim3 block) {
  State& s = state();
  const int n = int(block.x * block.y * block.z);
  s.live = n;
  s.at_barrier = 0;
  s.warps.assign(std::size_t((n + kWarp - 1) / kWarp), Warp{});
  while (int(s.threads.size()) < n) s.threads.emplace_back();
  for (int i = 0; i < n; ++i) {
    Thread& t = s.threads[std::size_t(i)];
    const unsigned u = unsigned(i);
    t.number = i;
    t.index = {u % block.x, u / block.x % block.y, u / (block.x * block.y)};
    t.waits_for = nullptr;
    warp_of(t).alive |= 1u << (i % kWarp);
    t.fiber.start(thread_main, &t);
  }
}

/// Runs each thread of the warp that can run, once; false if none could.
bool step_warp(int warp, int threads) {
  State& s = state();
  bool progress = false;
  for (const int lane : s.lanes) {
    const int i = warp * kWarp + lane;
    if (i >= threads) continue;
    Thread& t = s.threads[std::size_t(i)];
    if (t.fiber.finished() || (t.waits_for != nullptr && *t.waits_for == t.seen)) continue;
    progress = true;
    s.running = &t;
    threadIdx = t.index;
    t.fiber.resume();
  }
  return progress;
}

/// Lets one warp run as far ahead of the others as it can, then the next: the worst that a device may do.
void run_block(int threads) {
  State& s = state();
  arrange(s.lanes, kWarp);
  while (s.live > 0) {
    bool progress = false;
    arrange(s.warp_order, int(s.warps.size()));
    for (const int warp : s.warp_order)
      while (step_warp(warp, threads)) {
        progress = true;
        if (interrupts()) break;
      }
    if (!progress) die("deadlock: a barrier or *_sync mask that some live thread never reaches");
  }
}

}  // namespace

const char* over_limits(const Grid& g) {
  if (g.grid.x == 0 || g.grid.y == 0 || g.grid.z == 0) return "an empty grid";
  if (g.grid.x > 0x7fffffffu || g.grid.y > 65535 || g.grid.z > 65535) return "the grid is too large";
  if (g.block.x * g.block.y * g.block.z == 0) return "an empty block";
  if (g.block.x * g.block.y * g.block.z > kMostThreads || g.block.z > 64) return "the block is too large";
  if (g.shared > kMostShared) return "too much shared memory";
  return nullptr;
}

void run(const Grid& grid, const std::function<void()>& body) {
  State& s = state();
  s.grid = &grid;
  s.body = &body;
  gridDim = grid.grid;
  blockDim = grid.block;
  s.shared.resize(grid.shared);
  std::vector<int> blocks;
  arrange(blocks, int(gridDim.x * gridDim.y * gridDim.z));
  for (const int block : blocks) {
    const unsigned b = unsigned(block);
    blockIdx = {b % gridDim.x, b / gridDim.x % gridDim.y, b / (gridDim.x * gridDim.y)};
    s.shared.poison();
    start_threads(grid.block);
    run_block(s.live);
  }
  s.grid = nullptr;
}

std::string whereabouts() {
  if (state().grid == nullptr) return "on the host";
  const auto text = [](uint3 i) {
    return "(" + std::to_string(i.x) + ", " + std::to_string(i.y) + ", " + std::to_string(i.z) + ")";
  };
  return "in kernel " + std::string(state().grid->name) + " block " + text(blockIdx) + " thread " +
         text(threadIdx) + ", schedule " + describe_schedule();
}

void die(const std::string& what) {
  std::fprintf(stderr, "emu: %s, %s\n", what.c_str(), whereabouts().c_str());
  std::abort();
}

void barrier(const void* site) {
  State& s = state();
  Thread& self = *s.running;
  self.barrier_site = site;
  const unsigned seen = s.barrier_round;
  if (++s.at_barrier == s.live) open_barrier();
  else wait_for_change(self, s.barrier_round, seen);
}

const std::uint64_t* exchange(std::uint32_t mask, std::uint64_t value) {
  Thread& self = *state().running;
  Warp& warp = warp_of(self);
  const std::uint32_t bit = 1u << lane();
  if ((mask & bit) == 0) die("a *_sync mask without the lane that calls");
  int i = 0;
  while (i < warp.meetings && warp.meeting[std::size_t(i)].mask != mask) ++i;
  if (i == kMostMasks) die("more than 8 different *_sync masks in a warp");
  Meeting& m = warp.meeting[std::size_t(i)];
  if (i == warp.meetings) {
    m.mask = mask;
    ++warp.meetings;
  }
  const unsigned seen = m.round;
  m.values[seen % 2][std::size_t(lane())] = value;
  m.arrived |= bit;
  warp.settle(m);
  if (m.round == seen) wait_for_change(self, m.round, seen);
  return m.values[seen % 2].data();
}

int lane() { return state().running->number % kWarp; }

void* shared_memory() { return state().shared.data(); }

}  // namespace emu
