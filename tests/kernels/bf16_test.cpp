// Rounding to bf16 against the scalar type, in every build of it.
#include <bit>
#include <limits>

#include "check.hpp"
#include "kernels/cpu/bf16_rows.hpp"
#include "kernels/cpu/dispatch.hpp"
#include "lepton/core/half.hpp"

namespace lepton::test {
namespace {

using kernels::cpu::Isa;
namespace cpu = kernels::cpu;

class Bf16Rows : public ::testing::TestWithParam<Isa> {};
INSTANTIATE_TEST_SUITE_P(
    Isa, Bf16Rows, ::testing::Values(Isa::v3, Isa::v4, Isa::v4bf16), [](const auto& isa) {
      return std::string(isa.param == Isa::v3 ? "v3" : isa.param == Isa::v4 ? "v4" : "v4bf16");
    });

TEST_P(Bf16Rows, RoundToNearestEven) {
  if (!supports(GetParam())) GTEST_SKIP() << "this CPU lacks the instruction set";
  const auto round = GetParam() == Isa::v3   ? cpu::v3::to_bf16
                     : GetParam() == Isa::v4 ? cpu::v4::to_bf16
                                             : cpu::v4bf16::to_bf16;
  const auto widen = GetParam() == Isa::v3   ? cpu::v3::from_bf16
                     : GetParam() == Isa::v4 ? cpu::v4::from_bf16
                                             : cpu::v4bf16::from_bf16;
  const float inf = std::numeric_limits<float>::infinity();
  std::vector<float> x{
      0.f,          -0.f, inf, -inf, std::nanf("1"), -std::nanf("1"), std::bit_cast<float>(0x7f800001u),
      3.4028234e38f};
  for (std::uint32_t low :
       {0u, 1u, 0x7fffu, 0x8000u, 0x8001u, 0xffffu})  // below, at and above a tie, even and odd
    for (std::uint32_t high : {0x3f80u, 0x3f81u, 0xbfffu, 0x0080u, 0x7f7fu})
      x.push_back(std::bit_cast<float>(high << 16 | low));
  for (const float r : normal_data<float>(133)) x.push_back(r);
  for (std::size_t n = 0; n <= x.size(); n = n < 70 ? n + 1 : n + x.size() - 70) {
    std::vector<std::uint16_t> y(n + 1, 0xabcd);
    std::vector<float> back(n + 1, 7.f);
    round(x.data(), y.data(), std::int64_t(n));
    widen(y.data(), back.data(), std::int64_t(n));
    EXPECT_EQ(y[n], 0xabcd);
    EXPECT_EQ(back[n], 7.f);
    for (std::size_t i = 0; i < n; ++i) {
      if (std::isnan(x[i])) EXPECT_TRUE(std::isnan(back[i]));
      else EXPECT_EQ(y[i], Bf16(x[i]).bits) << x[i];
      EXPECT_EQ(std::bit_cast<std::uint32_t>(back[i]), std::uint32_t(y[i]) << 16);
    }
    if (n == x.size()) break;
  }
}

}  // namespace
}  // namespace lepton::test
