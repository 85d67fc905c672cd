// A replayed step asks for no memory: malloc and its kin, mmap and madvise are counted while it runs.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <atomic>
#include <cstdlib>

#include "lepton/lepton.hpp"

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace {

std::atomic<bool> counting{false};
std::atomic<int> calls{0};
void count() {
  if (counting.load(std::memory_order_relaxed)) calls.fetch_add(1, std::memory_order_relaxed);
}

template <class F> F* next(const char* name) { return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name)); }

}  // namespace

// In place of the C library's, for this program and all libraries in it.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);

void* malloc(std::size_t n) { return count(), __libc_malloc(n); }
void* calloc(std::size_t n, std::size_t size) { return count(), __libc_calloc(n, size); }
void* realloc(void* p, std::size_t n) { return count(), __libc_realloc(p, n); }
void* aligned_alloc(std::size_t a, std::size_t n) { return count(), __libc_memalign(a, n); }
int posix_memalign(void** p, std::size_t a, std::size_t n) { return count(), *p = __libc_memalign(a, n), *p ? 0 : ENOMEM; }
void free(void* p) {
  if (p) count();
  __libc_free(p);
}
void* mmap(void* p, std::size_t n, int prot, int flags, int fd, off_t offset) noexcept {
  count();
  static auto* const f = next<void*(void*, std::size_t, int, int, int, off_t)>("mmap");
  return f(p, n, prot, flags, fd, offset);
}
int madvise(void* p, std::size_t n, int advice) noexcept {
  count();
  static auto* const f = next<int(void*, std::size_t, int)>("madvise");
  return f(p, n, advice);
}
}

namespace lepton {
namespace {

/// Calls of the allocator and the system for memory in 20 replays.
/// -1 where the step needs oneDNN, whose calls allocate.
template <class Model, class Loss = Tensor (*)(const Tensor&, const Tensor&)>
int calls_in_replays(Model& model, const Tensor& x, const Tensor& y, Loss loss) {
  optim::Adam adam(model.parameters());
  auto step = compile([&](const Tensor& a, const Tensor& b) {
    const Tensor value = loss(model(a), b);
    adam.zero_grad();
    value.backward();
    adam.step();
    return value;
  });
  for (int i = 0; i < 3; ++i) step(x, y);
  if (step.explain().find("onednn") != std::string::npos) return -1;
  calls = 0;
  counting = true;
  for (int i = 0; i < 20; ++i) step(x, y);
  counting = false;
  EXPECT_EQ(step.recordings(), 1);
  return calls;
}

TEST(Replay, counts_what_it_should) {
  calls = 0;
  counting = true;
  delete new int;
  std::free(std::malloc(1 << 24));
  counting = false;
  EXPECT_GE(calls, 2);
}

TEST(Replay, of_an_mlp_asks_for_no_memory) {
  nn::Sequential model{nn::Linear(20, 128), relu, nn::Dropout(0.5), nn::Linear(128, 1)};
  const Tensor x = randn({32, 20}), y = cast(rand({32, 1}) > 0.5, f32);
  EXPECT_EQ(calls_in_replays(model, x, y, binary_cross_entropy_with_logits), 0);
}

TEST(Replay, of_large_products_asks_for_no_memory) {
  nn::Sequential model{nn::Linear(784, 400), tanh, nn::Linear(400, 300), relu, nn::Linear(300, 10)};
  EXPECT_EQ(calls_in_replays(model, randn({128, 784}), cast(rand({128}) * 10, i64), cross_entropy), 0);
}

TEST(Replay, of_a_convolutional_net_asks_for_no_memory) {
  nn::Sequential model{nn::Conv2d({.in = 3, .out = 16, .kernel = 3, .padding = 1}), nn::BatchNorm2d(16), relu,
                       nn::MaxPool2d(2), nn::Conv2d({.in = 16, .out = 32, .kernel = 3}), relu, nn::MaxPool2d(2),
                       nn::Flatten(), nn::Linear(32 * 7 * 7, 10)};
  EXPECT_EQ(calls_in_replays(model, randn({8, 3, 32, 32}), cast(rand({8}) * 10, i64), cross_entropy), 0);
}

TEST(Replay, of_a_residual_net_asks_for_no_memory) {
  auto model = models::resnet18({.classes = 10, .stem = models::ResNetStem::cifar});
  const int calls_made = calls_in_replays(model, randn({4, 3, 16, 16}), cast(rand({4}) * 10, i64), cross_entropy);
  if (calls_made < 0) GTEST_SKIP() << "some of its convolutions are still oneDNN's, which allocates in each call";
  EXPECT_EQ(calls_made, 0);
}

TEST(Replay, of_separable_convolutions_asks_for_no_memory) {
  models::MobileNetV2 model({.classes = 10});
  const int calls_made = calls_in_replays(model, randn({2, 3, 64, 64}), cast(rand({2}) * 10, i64), cross_entropy);
  if (calls_made < 0) GTEST_SKIP() << "some of its convolutions are still oneDNN's, which allocates in each call";
  EXPECT_EQ(calls_made, 0);
}

}  // namespace
}  // namespace lepton

#endif
