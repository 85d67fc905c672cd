// Arrays on the emulated device, for tests that call kernels and the runtime directly.
#pragma once

#include <cuda_runtime_api.h>
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "lepton/core/stream.hpp"
#include "tests/emu/schedule.hpp"

namespace emu {

/// A stream, destroyed at the end of the scope.
class TestStream {
 public:
  TestStream() { EXPECT_EQ(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), cudaSuccess); }
  ~TestStream() { EXPECT_EQ(cudaStreamDestroy(stream_), cudaSuccess); }
  TestStream(const TestStream&) = delete;
  TestStream& operator=(const TestStream&) = delete;
  operator cudaStream_t() const { return stream_; }
  operator lepton::Stream() const { return {lepton::kCuda, stream_}; }

 private:
  cudaStream_t stream_ = nullptr;
};

/// Elements in emulated device memory; fresh ones are poisoned. T is not bool (std::vector has no data then).
template <class T> class DeviceArray {
 public:
  explicit DeviceArray(std::size_t n) : size_(n) {
    EXPECT_EQ(cudaMalloc(reinterpret_cast<void**>(&data_), n * sizeof(T)), cudaSuccess);
  }
  DeviceArray(const std::vector<T>& values) : DeviceArray(values.size()) {
    EXPECT_EQ(cudaMemcpy(data_, values.data(), size_ * sizeof(T), cudaMemcpyHostToDevice), cudaSuccess);
  }
  ~DeviceArray() { EXPECT_EQ(cudaFree(data_), cudaSuccess); }
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;

  T* data() const { return data_; }
  std::size_t size() const { return size_; }

  /// Waits for the device, and copies.
  std::vector<T> to_host() const {
    std::vector<T> values(size_);
    EXPECT_EQ(cudaDeviceSynchronize(), cudaSuccess);
    EXPECT_EQ(cudaMemcpy(values.data(), data_, size_ * sizeof(T), cudaMemcpyDeviceToHost), cudaSuccess);
    return values;
  }

 private:
  T* data_ = nullptr;
  std::size_t size_;
};

/// n numbers from [low, high), the same for the same seed; integers for integral T.
template <class T> std::vector<T> random_values(std::size_t n, unsigned seed, double low, double high) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<double> numbers(low, high);
  std::vector<T> values(n);
  for (T& v : values) v = T(numbers(engine));
  return values;
}

/// The schedules that every test of a kernel runs under.
inline const std::vector<Schedule> kSchedules{{Schedule::Order::forward, 0},
                                              {Schedule::Order::reverse, 0},
                                              {Schedule::Order::random, 7},
                                              {Schedule::Order::random, 8}};

/// Runs a test once a schedule.
class ScheduleTest : public testing::TestWithParam<Schedule> {
 protected:
  void SetUp() override { set_schedule(GetParam()); }
  void TearDown() override { set_schedule({}); }
};

/// "forward", "reverse", "seed7"
inline std::string schedule_name(const testing::TestParamInfo<Schedule>& info) {
  if (info.param.order == Schedule::Order::random) return "seed" + std::to_string(info.param.seed);
  return info.param.order == Schedule::Order::forward ? "forward" : "reverse";
}

}  // namespace emu
