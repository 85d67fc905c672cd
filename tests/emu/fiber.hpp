// A fiber: a stack of its own and a place to go on from. Switched by hand, x86-64 System V only.
#pragma once

#include <cstddef>

namespace emu {

/// Runs a function that may suspend itself and be resumed. A fiber can be started again once finished.
class Fiber {
 public:
  using Body = void (*)(void*);

  Fiber();  ///< maps 64 KiB with a guard page below
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Prepares `body(argument)`; the next `resume` enters it.
  void start(Body body, void* argument);
  /// Runs until the body suspends or returns. Not to be called from a fiber.
  void resume();
  /// Called by the body: goes back to whoever resumed this fiber.
  void suspend();
  bool finished() const { return finished_; }

 private:
  static void enter();
  void leave(bool for_good);

  char* stack_;  // lowest usable byte
  void* stack_pointer_ = nullptr;
  void* resumer_ = nullptr;  // stack pointer of whoever resumed
  Body body_ = nullptr;
  void* argument_ = nullptr;
  bool finished_ = true;
  // What AddressSanitizer wants to know: its own stack, and where the resumer's is.
  [[maybe_unused]] void* fake_stack_ = nullptr;
  [[maybe_unused]] const void* resumer_stack_ = nullptr;
  [[maybe_unused]] std::size_t resumer_size_ = 0;
};

}  // namespace emu
