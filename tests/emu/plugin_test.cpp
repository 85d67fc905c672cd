// The CUDA plugin through the table that liblepton.so uses, built over the emulator (LEPTON_CUDA_PLUGIN).
#include <gtest/gtest.h>

#include <vector>

#include "kernels/pointwise.hpp"
#include "lepton/core/error.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "src/cuda/loader.hpp"

namespace {

using namespace lepton;

class CudaPlugin : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(backend_, nullptr) << cuda::why_unavailable(); }

  float* upload(const std::vector<float>& values) const {
    auto* memory = static_cast<float*>(backend_->allocate(0, values.size() * sizeof(float)));
    backend_->copy_to_device(memory, values.data(), values.size() * sizeof(float), stream());
    return memory;
  }
  std::vector<float> download(const float* memory, std::size_t n) const {
    std::vector<float> values(n);
    backend_->copy_to_host(values.data(), memory, n * sizeof(float), stream());
    return values;
  }
  void release(float* memory) const { backend_->release(0, memory, 0); }
  void* stream() const { return backend_->stream(0); }

  const cuda::Backend* backend_ = cuda::cuda_backend();
};

TEST_F(CudaPlugin, IsAvailable) {
  EXPECT_TRUE(cuda::available());
  EXPECT_EQ(cuda::why_unavailable(), "");
  EXPECT_EQ(backend_->device_count(nullptr), 1);
  EXPECT_THROW(backend_->stream(1), Error);
}

TEST_F(CudaPlugin, RunsAKernelByName) {
  float* x = upload({-1, 2, -3, 4});
  kernels::UnaryArgs args{x, x, 4, f32, index_of<op::Relu, op::UnaryOps>, {}};
  backend_->kernel("unary")(&args, {kCuda, stream()});
  EXPECT_EQ(download(x, 4), (std::vector<float>{0, 2, 0, 4}));
  release(x);
}

TEST_F(CudaPlugin, HasNoKernelOfAnotherName) { EXPECT_EQ(backend_->kernel("conv_sideways"), nullptr); }

TEST_F(CudaPlugin, CopiesOnTheDevice) {
  float* x = upload({1, 2, 3});
  float* y = upload({0, 0, 0});
  backend_->copy_on_device(y, x, 3 * sizeof(float), stream());
  EXPECT_EQ(download(y, 3), (std::vector<float>{1, 2, 3}));
  release(x);
  release(y);
}

TEST_F(CudaPlugin, ReleasedMemoryIsStillUsedByWhatWasQueuedBefore) {
  float* x = upload({-1, 2});
  float* y = upload({0, 0});
  kernels::UnaryArgs args{x, y, 2, f32, index_of<op::Neg, op::UnaryOps>, {}};
  backend_->kernel("unary")(&args, {kCuda, stream()});
  release(x);
  EXPECT_EQ(download(y, 2), (std::vector<float>{1, -2}));
  release(y);
}

TEST_F(CudaPlugin, ErrorsCrossTheBoundary) {
  kernels::UnaryArgs args{nullptr, nullptr, 1, bf16, 0, {}};
  EXPECT_THROW(backend_->kernel("unary")(&args, {kCuda, stream()}), Error);
  float on_host = 0;
  EXPECT_THROW(backend_->copy_to_device(&on_host, &on_host, sizeof(float), stream()), Error);
  EXPECT_THROW(backend_->release(0, &on_host, 0), Error);
}

TEST_F(CudaPlugin, HostCannotTouchDeviceMemory) {
  float* x = upload({1});
  EXPECT_DEATH(*x = 2, "access to device memory outside kernels and copies");
  release(x);
}

}  // namespace
