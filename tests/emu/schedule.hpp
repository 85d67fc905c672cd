// In which order the emulator runs what CUDA leaves unordered: threads, blocks, streams, graph nodes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace emu {

/// Forward and reverse find most races; random seeds the rest.
struct Schedule {
  enum class Order { forward, reverse, random };
  Order order = Order::forward;
  unsigned seed = 0;
};

/// From now on. Before the first call the environment's LEPTON_EMU_SCHEDULE counts: forward, reverse, a seed.
void set_schedule(Schedule schedule);

/// "forward", "reverse", "seed 7"
std::string describe_schedule();

/// 0 ... n-1 in the schedule's order.
void arrange(std::vector<int>& order, int n);

/// Whether to leave what could still run for something else; random schedules do at times.
bool interrupts();

/// One of n > 0 things.
std::size_t pick(std::size_t n);

}  // namespace emu
