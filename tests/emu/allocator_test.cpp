// The plugin's caching allocator, over the emulated runtime.
#include "src/cuda/allocator.hpp"

#include <gtest/gtest.h>

#include "lepton/core/error.hpp"
#include "tests/emu/device_array.hpp"
#include "tests/emu/memory.hpp"

namespace {

using lepton::Error;
using lepton::cuda::Allocator;
using lepton::cuda::size_class;

TEST(CudaAllocator, SizeClassesWasteAtMostAnEighth) {
  EXPECT_EQ(size_class(1), 512u);
  EXPECT_EQ(size_class(512), 512u);
  EXPECT_EQ(size_class(513), 1024u);
  for (std::size_t n = 4096; n < (std::size_t(1) << 33); n = n * 9 / 7) {
    EXPECT_GE(size_class(n), n);
    EXPECT_LE(size_class(n) - n, n / 8) << n;
    EXPECT_EQ(size_class(size_class(n)), size_class(n));
  }
}

TEST(CudaAllocator, ReusesOnTheSameStreamOnly) {
  const emu::TestStream first, second;
  Allocator allocator;
  void* a = allocator.allocate(0, 1000, first);
  allocator.release(a);
  void* b = allocator.allocate(0, 1000, second);
  EXPECT_NE(a, b);
  EXPECT_EQ(allocator.allocate(0, 900, first), a);  // of the same class
  allocator.release(a);
  allocator.release(b);
  allocator.trim();
}

TEST(CudaAllocator, GivesCachedMemoryBackBeforeItFails) {
  const emu::TestStream stream;
  Allocator allocator;
  emu::limit_memory(emu::live_bytes() + (10 << 20));
  allocator.release(allocator.allocate(0, 6 << 20, stream));
  void* large = allocator.allocate(0, 8 << 20, stream);  // fits only if the 6 MiB are given back
  EXPECT_NE(large, nullptr);
  EXPECT_THROW(allocator.allocate(0, 4 << 20, stream), Error);
  EXPECT_EQ(cudaGetLastError(), cudaSuccess);
  allocator.release(large);
  allocator.trim();
  emu::limit_memory(0);
}

TEST(CudaAllocator, RefusesInACapture) {
  const emu::TestStream stream;
  Allocator allocator;
  void* cached = allocator.allocate(0, 100, stream);
  allocator.release(cached);
  cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal);
  EXPECT_THROW(allocator.allocate(0, 100, stream), Error);
  cudaGraph_t graph = nullptr;
  EXPECT_EQ(cudaStreamEndCapture(stream, &graph), cudaSuccess);
  cudaGraphDestroy(graph);
  allocator.trim();
}

TEST(CudaAllocator, EdgeCases) {
  const emu::TestStream stream;
  Allocator allocator;
  EXPECT_EQ(allocator.allocate(0, 0, stream), nullptr);
  allocator.release(nullptr);
  int other = 0;
  EXPECT_THROW(allocator.release(&other), Error);
}

}  // namespace
