// Streams, events and graphs of the emulator: late, in any allowed order, with a device's error codes.
#include <gtest/gtest.h>

#include "tests/emu/device_array.hpp"
#include "tests/emu/test_kernels.hpp"

namespace emu::test {
namespace {

class EmuStreams : public testing::Test {
 protected:
  EmuStreams() { EXPECT_EQ(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming), cudaSuccess); }
  ~EmuStreams() override {
    cudaEventDestroy(event_);
    set_schedule({});
  }

  void fill(cudaStream_t stream, float value) { launch(4, 256, 0, stream, write, a_.data(), 0, 1000, value); }
  void add_one(cudaStream_t stream) { launch(4, 256, 0, stream, increment, a_.data(), b_.data(), 1000); }

  DeviceArray<float> a_{1000}, b_{1000};
  TestStream first_, second_;
  cudaEvent_t event_ = nullptr;
};

TEST_F(EmuStreams, ResultIsStaleBeforeSynchronize) {
  float result = -1;
  fill(first_, 2);
  ASSERT_EQ(cudaMemcpyAsync(&result, a_.data(), 4, cudaMemcpyDeviceToHost, first_), cudaSuccess);
  EXPECT_EQ(result, -1);
  cudaStreamSynchronize(first_);
  EXPECT_EQ(result, 2);
}

TEST_F(EmuStreams, CopyFromHostTakesItsBytesAtTheCall) {
  float value = 3, result = 0;
  cudaMemcpyAsync(a_.data(), &value, 4, cudaMemcpyHostToDevice, first_);
  value = 4;
  cudaMemcpyAsync(&result, a_.data(), 4, cudaMemcpyDeviceToHost, first_);
  cudaStreamSynchronize(first_);
  EXPECT_EQ(result, 3);
}

TEST_F(EmuStreams, CopyInTheWrongDirectionFails) {
  float value = 0;
  EXPECT_EQ(cudaMemcpyAsync(&value, a_.data(), 4, cudaMemcpyHostToDevice, first_), cudaErrorInvalidValue);
  EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidValue);
  EXPECT_EQ(cudaGetLastError(), cudaSuccess);
}

TEST_F(EmuStreams, MissingEventShowsUnderSomeSchedule) {
  int wrong = 0;
  for (unsigned seed = 1; seed <= 8; ++seed) {
    set_schedule({Schedule::Order::random, seed});
    fill(first_, float(seed));
    add_one(second_);
    wrong += b_.to_host()[0] != float(seed) + 1;
  }
  EXPECT_GT(wrong, 0);
}

TEST_F(EmuStreams, EventOrdersStreams) {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    set_schedule({Schedule::Order::random, seed});
    fill(first_, float(seed));
    cudaEventRecord(event_, first_);
    cudaStreamWaitEvent(second_, event_, 0);
    add_one(second_);
    EXPECT_EQ(b_.to_host()[0], float(seed) + 1);
  }
}

class EmuCapture : public EmuStreams {
 protected:
  void SetUp() override {
    ASSERT_EQ(cudaStreamBeginCapture(first_, cudaStreamCaptureModeGlobal), cudaSuccess);
  }
  cudaError_t end() { return cudaStreamEndCapture(first_, &graph_); }
  void TearDown() override { cudaGraphDestroy(graph_); }
  cudaGraph_t graph_ = nullptr;
};

TEST_F(EmuCapture, NothingRunsUntilLaunchThenEveryTime) {
  launch(4, 256, 0, first_, increment, a_.data(), a_.data(), 1000);
  ASSERT_EQ(end(), cudaSuccess);
  cudaMemsetAsync(a_.data(), 0, 4000, first_);
  cudaGraphExec_t step = nullptr;
  ASSERT_EQ(cudaGraphInstantiate(&step, graph_, 0), cudaSuccess);
  for (int i = 0; i < 5; ++i) ASSERT_EQ(cudaGraphLaunch(step, first_), cudaSuccess);
  EXPECT_EQ(a_.to_host()[999], 5);
  cudaGraphExecDestroy(step);
}

/// Replays a fork to the second stream and back under eight seeds; gives how often b was not a + 1.
int wrong_replays(cudaGraph_t graph, cudaStream_t stream, const DeviceArray<float>& a,
                  const DeviceArray<float>& b) {
  cudaGraphExec_t step = nullptr;
  cudaGraphInstantiate(&step, graph, 0);
  int wrong = 0;
  for (unsigned seed = 1; seed <= 8; ++seed) {
    set_schedule({Schedule::Order::random, seed});
    cudaMemsetAsync(a.data(), 0, 4000, stream);
    cudaGraphLaunch(step, stream);
    wrong += b.to_host()[0] != a.to_host()[0] + 1;
  }
  cudaGraphExecDestroy(step);
  return wrong;
}

TEST_F(EmuCapture, EventsBecomeDependencies) {
  fill(first_, 7);
  cudaEventRecord(event_, first_);
  cudaStreamWaitEvent(second_, event_, 0);
  add_one(second_);
  cudaEventRecord(event_, second_);
  cudaStreamWaitEvent(first_, event_, 0);
  ASSERT_EQ(end(), cudaSuccess);
  EXPECT_EQ(wrong_replays(graph_, first_, a_, b_), 0);
}

TEST_F(EmuCapture, MissingDependencyShowsInSomeReplay) {
  cudaEventRecord(event_, first_);  // too early: before what the second stream reads
  fill(first_, 7);
  cudaStreamWaitEvent(second_, event_, 0);
  add_one(second_);
  cudaEventRecord(event_, second_);
  cudaStreamWaitEvent(first_, event_, 0);
  ASSERT_EQ(end(), cudaSuccess);
  EXPECT_GT(wrong_replays(graph_, first_, a_, b_), 0);
}

TEST_F(EmuCapture, UnjoinedStreamIsRefused) {
  cudaEventRecord(event_, first_);
  cudaStreamWaitEvent(second_, event_, 0);
  fill(second_, 1);
  EXPECT_EQ(end(), cudaErrorStreamCaptureUnjoined);
}

TEST_F(EmuCapture, AllocationIsRefused) {
  void* memory = nullptr;
  EXPECT_EQ(cudaMalloc(&memory, 8), cudaErrorStreamCaptureUnsupported);
  EXPECT_EQ(end(), cudaSuccess);
}

TEST_F(EmuCapture, SynchronizeBreaksIt) {
  EXPECT_EQ(cudaStreamSynchronize(first_), cudaErrorStreamCaptureUnsupported);
  EXPECT_EQ(end(), cudaErrorStreamCaptureInvalidated);
}

}  // namespace
}  // namespace emu::test
