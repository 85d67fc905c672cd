// The switch between stacks, and what AddressSanitizer must be told about it.
#include "tests/emu/fiber.hpp"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define LEPTON_EMU_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEPTON_EMU_ASAN 1
#endif
#endif
#if defined(LEPTON_EMU_ASAN)
#include <sanitizer/common_interface_defs.h>
#endif

// Saves the registers that a call must keep, stores the stack pointer, and goes on with another stack.
extern "C" void lepton_emu_switch(void** save, void* next);
asm(R"(
.text
.hidden lepton_emu_switch
.globl lepton_emu_switch
.type lepton_emu_switch, @function
lepton_emu_switch:
  push %rbp
  push %rbx
  push %r12
  push %r13
  push %r14
  push %r15
  mov %rsp, (%rdi)
  mov %rsi, %rsp
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbx
  pop %rbp
  ret
.size lepton_emu_switch, .-lepton_emu_switch
)");

namespace emu {
namespace {

constexpr std::size_t kStack = 64 << 10, kGuard = 4096;
Fiber* running = nullptr;

}  // namespace

Fiber::Fiber() {
  void* memory = mmap(nullptr, kGuard + kStack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  mprotect(memory, kGuard, PROT_NONE);
  stack_ = static_cast<char*>(memory) + kGuard;
}

Fiber::~Fiber() { munmap(stack_ - kGuard, kGuard + kStack); }

void Fiber::start(Body body, void* argument) {
  body_ = body;
  argument_ = argument;
  finished_ = false;
  fake_stack_ = nullptr;
  // As lepton_emu_switch leaves a stack: six registers, then where to return to, so that `enter` finds the
  // stack 8 bytes off a multiple of 16, as after a call.
  void** top = reinterpret_cast<void**>(stack_ + kStack);
  top[-1] = nullptr;
  top[-2] = reinterpret_cast<void*>(&Fiber::enter);
  stack_pointer_ = std::memset(top - 8, 0, 6 * sizeof(void*));
}

void Fiber::resume() {
  running = this;
#if defined(LEPTON_EMU_ASAN)
  void* fake = nullptr;
  __sanitizer_start_switch_fiber(&fake, stack_, kStack);
  lepton_emu_switch(&resumer_, stack_pointer_);
  __sanitizer_finish_switch_fiber(fake, nullptr, nullptr);
#else
  lepton_emu_switch(&resumer_, stack_pointer_);
#endif
}

void Fiber::suspend() { leave(false); }

void Fiber::leave([[maybe_unused]] bool for_good) {
#if defined(LEPTON_EMU_ASAN)
  __sanitizer_start_switch_fiber(for_good ? nullptr : &fake_stack_, resumer_stack_, resumer_size_);
  lepton_emu_switch(&stack_pointer_, resumer_);
  __sanitizer_finish_switch_fiber(fake_stack_, &resumer_stack_, &resumer_size_);
#else
  lepton_emu_switch(&stack_pointer_, resumer_);
#endif
}

void Fiber::enter() {
  Fiber& self = *running;
#if defined(LEPTON_EMU_ASAN)
  __sanitizer_finish_switch_fiber(nullptr, &self.resumer_stack_, &self.resumer_size_);
#endif
  self.body_(self.argument_);
  self.finished_ = true;
  self.leave(true);
  std::abort();  // a finished fiber is never resumed
}

}  // namespace emu
