// Convolutions that are written here, rather than called from a library, allocate nothing when they run.
// Not under the sanitizers, which have an allocator of their own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/kernels/conv_probe.hpp"

namespace {

std::atomic<std::int64_t> allocations{0};

void* counted(std::size_t bytes, std::size_t alignment) {
  ++allocations;
  void* const p = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (!p) throw std::bad_alloc();
  return p;
}

}  // namespace

// All of this program's: the arrays and the nothrow forms end here too.
void* operator new(std::size_t bytes) { return counted(bytes ? bytes : 1, alignof(std::max_align_t)); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return counted(bytes, std::size_t(alignment));
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }

namespace lepton::test {
namespace {

namespace cpu = kernels::cpu;

const ConvCase kCases[] = {
    {5, 16, 9, 7, 24, 3, 1, 1},    // Winograd, weight gradient in shards
    {5, 160, 8, 8, 150, 3, 1, 1},  // weight gradient in jobs
    {3, 256, 6, 5, 256, 3, 1, 1},  // weights turned in cache
    {5, 3, 20, 21, 32, 3, 1, 1},   // few channels, with padding
    {5, 3, 20, 21, 32, 3, 2},
};

class ConvMemoryTest : public ::testing::TestWithParam<ConvCase> {};

TEST_P(ConvMemoryTest, NothingIsAllocatedByARun) {
  const ConvShape s = conv_shape(GetParam());
  const std::vector<float> x(std::size_t(x_size(s)), 1.0f), g(std::size_t(y_size(s)), 1.0f),
      w(std::size_t(weight_size(s)), 1.0f);
  std::vector<float> y = g, dx = x, dw = w;
  for (const ConvPass pass : {ConvPass::forward, ConvPass::input_grad, ConvPass::weight_grad}) {
    const auto* const plan = cpu::prepare_conv(s, pass);
    if (std::string("onednn") == cpu::conv_algorithm(plan)) continue;
    Room scratch(cpu::conv_scratch(plan)), packed(cpu::conv_packed_bytes(plan));
    const auto run = [&](bool use) {
      if (use) cpu::conv2d_pack({w.data(), packed.get(), plan}, kCpuStream);
      const void* const weight = use ? packed.get() : w.data();
      if (pass == ConvPass::forward)
        cpu::conv2d({x.data(), weight, nullptr, y.data(), scratch.get(), plan, use}, kCpuStream);
      else if (pass == ConvPass::input_grad)
        cpu::conv2d_input_grad({g.data(), weight, dx.data(), scratch.get(), plan, use}, kCpuStream);
      else cpu::conv2d_weight_grad({x.data(), g.data(), dw.data(), scratch.get(), plan, nullptr}, kCpuStream);
    };
    run(false);  // the pool starts its threads
    const std::int64_t before = allocations;
    run(false);
    if (cpu::conv_packed_bytes(plan) > 0) run(true);
    EXPECT_EQ(allocations, before) << to_string(pass) << " by " << cpu::conv_algorithm(plan);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, ConvMemoryTest, ::testing::ValuesIn(kCases));

TEST(ConvMemoryTest, AnAllocationIsCounted) {
  const std::int64_t before = allocations;
  const auto p = std::make_unique<std::vector<float>>(10);
  EXPECT_GE(allocations - before, 2);
}

}  // namespace
}  // namespace lepton::test

#endif
