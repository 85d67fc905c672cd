// The emulator's one schedule and its random numbers.
#include "tests/emu/schedule.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <random>

namespace emu {
namespace {

using Order = Schedule::Order;

Schedule from_environment() {
  const char* text = std::getenv("LEPTON_EMU_SCHEDULE");
  const std::string name = text == nullptr ? "forward" : text;
  if (name == "forward") return {Order::forward, 0};
  if (name == "reverse") return {Order::reverse, 0};
  return {Order::random, unsigned(std::strtoul(text, nullptr, 10))};
}

Schedule& current() {
  static Schedule schedule = from_environment();
  return schedule;
}

std::mt19937& random() {
  static std::mt19937 engine(current().seed);
  return engine;
}

}  // namespace

void set_schedule(Schedule schedule) {
  current() = schedule;
  random().seed(schedule.seed);
}

std::string describe_schedule() {
  if (current().order == Order::random) return "seed " + std::to_string(current().seed);
  return current().order == Order::forward ? "forward" : "reverse";
}

void arrange(std::vector<int>& order, int n) {
  order.resize(std::size_t(n));
  std::iota(order.begin(), order.end(), 0);
  if (current().order == Order::reverse) std::reverse(order.begin(), order.end());
  if (current().order == Order::random) std::shuffle(order.begin(), order.end(), random());
}

bool interrupts() { return current().order == Order::random && random()() % 2 == 0; }

std::size_t pick(std::size_t n) {
  if (current().order == Order::forward) return 0;
  if (current().order == Order::reverse) return n - 1;
  return std::uniform_int_distribution<std::size_t>(0, n - 1)(random());
}

}  // namespace emu
