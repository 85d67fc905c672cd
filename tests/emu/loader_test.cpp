// What is said where there is no CUDA plugin, or no GPU behind it. The loader looks once a process, so each
// test runs in one of its own, with the environment's LEPTON_CUDA_PLUGIN set by CMakeLists.txt.
#include <gtest/gtest.h>

#include "src/cuda/loader.hpp"

namespace {

TEST(CudaLoader, MissingPlugin) {
  EXPECT_EQ(lepton::cuda::cuda_backend(), nullptr);
  EXPECT_FALSE(lepton::cuda::available());
  EXPECT_NE(lepton::cuda::why_unavailable().find("the CUDA backend is not there: "), std::string::npos)
      << lepton::cuda::why_unavailable();
}

TEST(CudaLoader, ForeignLibrary) {
  EXPECT_EQ(lepton::cuda::cuda_backend(), nullptr);
  EXPECT_NE(lepton::cuda::why_unavailable().find("is not lepton's CUDA backend"), std::string::npos)
      << lepton::cuda::why_unavailable();
}

/// The plugin that nvcc built loads with or without a driver, and where there is no GPU it says so.
TEST(CudaLoader, BuiltPlugin) {
  std::string why;
  ASSERT_NE(lepton::cuda::cuda_backend(&why), nullptr) << why;
  if (lepton::cuda::available()) GTEST_SKIP() << "there is a GPU";
  EXPECT_NE(lepton::cuda::why_unavailable().find("NVIDIA driver"), std::string::npos)
      << lepton::cuda::why_unavailable();
  RecordProperty("why", lepton::cuda::why_unavailable());
}

}  // namespace
