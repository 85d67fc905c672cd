// Does the emulator do what a device does, and catch what it is there to catch? Threads, warps and memory.
#include <gtest/gtest.h>

#include "tests/emu/device_array.hpp"
#include "tests/emu/memory.hpp"
#include "tests/emu/test_kernels.hpp"

namespace emu::test {
namespace {

class EmuThreads : public ScheduleTest {};
INSTANTIATE_TEST_SUITE_P(Emu, EmuThreads, testing::ValuesIn(kSchedules), schedule_name);

template <bool Barrier> bool reverse_is_right() {
  const auto x = random_values<float>(96, 1, -1, 1);
  const DeviceArray<float> in(x), out(x.size());
  const TestStream stream;
  launch(1, 96, 96 * sizeof(float), stream, reverse<Barrier>, in.data(), out.data());
  return out.to_host() == std::vector<float>(x.rbegin(), x.rend());
}

TEST_P(EmuThreads, BarrierMakesReverseRight) { EXPECT_TRUE(reverse_is_right<true>()); }
TEST_P(EmuThreads, MissingBarrierGivesWrongNumbers) { EXPECT_FALSE(reverse_is_right<false>()); }

template <bool Barrier> bool swap_is_right() {
  const DeviceArray<int> y(64);
  const TestStream stream;
  launch(1, 64, 64 * sizeof(int), stream, swap_neighbours<Barrier>, y.data());
  const auto result = y.to_host();
  for (int i = 0; i < 64; ++i)
    if (result[std::size_t(i)] != (i ^ 1)) return false;
  return true;
}

TEST_P(EmuThreads, WarpBarrierMakesSwapRight) { EXPECT_TRUE(swap_is_right<true>()); }
TEST_P(EmuThreads, MissingWarpBarrierGivesWrongNumbers) { EXPECT_FALSE(swap_is_right<false>()); }

template <bool SecondBarrier> bool exchange_is_right() {
  const DeviceArray<int> y(64);
  const TestStream stream;
  launch(1, 64, 2 * sizeof(int), stream, exchange_twice<SecondBarrier>, y.data());
  return y.to_host() == std::vector<int>(64, 30);
}

TEST_P(EmuThreads, SecondBarrierKeepsWarpsTogether) { EXPECT_TRUE(exchange_is_right<true>()); }
TEST(Emu, WarpOvertakesWithoutASecondBarrier) { EXPECT_FALSE(exchange_is_right<false>()); }

TEST_P(EmuThreads, WarpWordsMeanWhatTheyMeanOnADevice) {
  const DeviceArray<int> y(6 * 64);
  const TestStream stream;
  launch(1, 64, 0, stream, warp_words, y.data());
  const auto result = y.to_host();
  for (int t = 0; t < 64; ++t) {
    const int lane = t % 32;
    const int* mine = &result[std::size_t(6 * t)];
    EXPECT_EQ(mine[0], 50);
    EXPECT_EQ(mine[1], (lane ^ 3) * 10);
    EXPECT_EQ(mine[2], (lane + 4 < 32 ? lane + 4 : lane) * 10);
    EXPECT_EQ(mine[3], (lane >= 4 ? lane - 4 : lane) * 10);
    EXPECT_EQ(unsigned(mine[4]), 0xaaaaaaaau);
    EXPECT_EQ(mine[5], (lane % 8 == 7 ? lane : lane + 1) * 10);
  }
}

TEST_P(EmuThreads, BarrierDoesNotWaitForThreadsThatReturned) {
  const DeviceArray<int> y(std::vector<int>(41, 0));
  const TestStream stream;
  launch(1, 64, 0, stream, leave_early, y.data());
  EXPECT_EQ(y.to_host(), std::vector<int>(41, 40));
}

TEST(Emu, FreshMemoryIsPoisoned) {
  const DeviceArray<float> y(32);
  EXPECT_TRUE(std::isnan(y.to_host()[7]));
  const TestStream stream;
  launch(1, 32, 128, stream, read_shared, y.data());
  EXPECT_TRUE(std::isnan(y.to_host()[31]));
}

TEST(Emu, MemoryIsCountedAndLimited) {
  const std::size_t before = live_bytes();
  const DeviceArray<float> y(100);
  EXPECT_EQ(live_bytes() - before, 400u);
  limit_memory(before + 500);
  void* more = nullptr;
  EXPECT_EQ(cudaMalloc(&more, 200), cudaErrorMemoryAllocation);
  EXPECT_EQ(cudaGetLastError(), cudaErrorMemoryAllocation);
  limit_memory(0);
}

// What follows must die, with words that lead to the bug.

class EmuDeathTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { GTEST_FLAG_SET(death_test_style, "fast"); }

  /// Runs a kernel that takes an `int*`, and waits for it.
  template <class Kernel> static void run_alone(Kernel kernel, unsigned threads, std::size_t shared = 0) {
    const DeviceArray<int> y(1024);
    const TestStream stream;
    launch(1, threads, shared, stream, kernel, y.data());
    cudaStreamSynchronize(stream);
  }

  DeviceArray<float> array_{1000};
  TestStream stream_;
};

TEST_F(EmuDeathTest, DivergentBarrier) {
  EXPECT_DEATH(run_alone(diverge, 64), "different __syncthreads, in kernel test block .0, 0, 0.");
}
TEST_F(EmuDeathTest, BarrierThatSomeNeverReach) { EXPECT_DEATH(run_alone(half_a_barrier, 32), "deadlock"); }
TEST_F(EmuDeathTest, MaskWithoutItsCaller) {
  EXPECT_DEATH(run_alone(foreign_mask, 32), "mask without the lane");
}
TEST_F(EmuDeathTest, SharedMemoryOverrun) { EXPECT_DEATH(run_alone(overrun_shared, 64, 256), ""); }
TEST_F(EmuDeathTest, BlockTooLarge) { EXPECT_DEATH(run_alone(leave_early, 2048), "block is too large"); }
TEST_F(EmuDeathTest, TooMuchSharedMemory) {
  EXPECT_DEATH(run_alone(leave_early, 32, 228 << 10), "too much shared memory");
}

TEST_F(EmuDeathTest, WritePastTheEnd) {
  EXPECT_DEATH(
      {
        launch(4, 256, 0, stream_, write, array_.data(), 0, 1001, 2.f);
        cudaDeviceSynchronize();
      },
      "0 bytes past the end of a block of 4000, in kernel test block .3");
}

TEST_F(EmuDeathTest, WriteWithinTheAlignmentIsFoundOnRelease) {
  EXPECT_DEATH(
      {
        const DeviceArray<float> y(1001);  // 12 bytes are left to the guard page
        launch(4, 256, 0, stream_, write, y.data(), 0, 1002, 2.f);
      },
      "a byte behind a device block of 4004 bytes was overwritten");
  EXPECT_DEATH(
      {
        const DeviceArray<float> y(1000);
        launch(1, 1, 0, stream_, write, y.data(), -1, 0, 2.f);
      },
      "a byte before a device block of 4000 bytes");
}

TEST_F(EmuDeathTest, HostTouchesDeviceMemory) {
  EXPECT_DEATH(array_.data()[5] = 1, "access to device memory outside kernels and copies, on the host");
  volatile float* p = array_.data();
  EXPECT_DEATH(static_cast<void>(p[5]), "access to device memory outside kernels and copies, on the host");
}

TEST_F(EmuDeathTest, KernelGetsHostPointer) {
  float host[4] = {};
  EXPECT_DEATH(launch(1, 4, 0, stream_, write, host, 0, 4, 2.f), "no pointer to live device memory");
}

TEST_F(EmuDeathTest, KernelGetsFreedPointer) {
  EXPECT_DEATH(
      {
        float* gone = nullptr;
        cudaMalloc(reinterpret_cast<void**>(&gone), 4000);
        cudaFree(gone);
        launch(4, 256, 0, stream_, write, gone, 0, 10, 2.f);
      },
      "no pointer to live device memory");
}

TEST_F(EmuDeathTest, MemoryIsFreedUnderAQueuedKernel) {
  EXPECT_DEATH(
      {
        float* gone = nullptr;
        cudaMalloc(reinterpret_cast<void**>(&gone), 4000);
        cudaFreeAsync(gone, nullptr);  // on another stream than the kernel's, with no event between them
        launch(4, 256, 0, stream_, write, gone, 0, 10, 2.f);
        cudaDeviceSynchronize();
      },
      "device memory that was released");
}

}  // namespace
}  // namespace emu::test
