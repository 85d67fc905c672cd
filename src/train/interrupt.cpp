// Signal handlers, and the flag that they set.
#include "lepton/train/interrupt.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "lepton/core/error.hpp"

namespace lepton {
namespace {

constexpr int kNotAsked = 0, kAskedByCall = -1;  // else the signal's number
std::atomic<int> request{kNotAsked};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may use nothing else");

/// Only what is async-signal-safe.
extern "C" void on_signal(int signal) {
  int before = kNotAsked;
  if (request.compare_exchange_strong(before, signal)) return;
  if (before == kAskedByCall && request.compare_exchange_strong(before, signal)) return;
  // Asked already: end as if no handler were there. The signal is blocked in here, so it comes at the return.
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

}  // namespace

void interrupt_on_signal() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;  // a file that is being read goes on being read
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM})
    if (sigaction(signal, &action, nullptr) != 0) throw Error("interrupt_on_signal", std::strerror(errno));
}

void request_interrupt() {
  int expected = kNotAsked;
  request.compare_exchange_strong(expected, kAskedByCall);
}

bool interrupt_requested() { return request.load() != kNotAsked; }

int interrupt_signal() {
  const int asked = request.load();
  return asked == kAskedByCall ? 0 : asked;
}

void clear_interrupt() { request = kNotAsked; }

}  // namespace lepton
