// Devices: names, and what is said where there is none.
#include "lepton/core/device.hpp"

#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

TEST(DeviceTest, Names) {
  EXPECT_EQ(to_string(kCpu), "cpu");
  EXPECT_EQ(to_string(kCuda), "cuda:0");
  EXPECT_EQ(parse_device("cpu"), kCpu);
  EXPECT_ERROR(parse_device("gpu"), "[device] unknown device 'gpu'; say cpu, cuda or cuda:1");
  EXPECT_ERROR(parse_device(""), "[device] unknown device ''");
  EXPECT_ERROR(parse_device("cuda:"), "[device] cannot read 'cuda:'");
  EXPECT_ERROR(parse_device("cuda:1x"), "[device] cannot read 'cuda:1x'");
  EXPECT_ERROR(parse_device("cuda:300"), "[device] cannot read 'cuda:300'");
}

TEST(DeviceTest, WhereThereIsNoGpu) {
  if (cuda::available()) GTEST_SKIP() << "there is one";
  EXPECT_FALSE(cuda::why_unavailable().empty());
  EXPECT_ERROR(parse_device("cuda"), cuda::why_unavailable());
  EXPECT_ERROR(zeros({2}, {.device = kCuda}), "no GPU can be used");
  EXPECT_ERROR(zeros({2}).to(kCuda), "no GPU can be used");
}

}  // namespace
}  // namespace lepton::test
