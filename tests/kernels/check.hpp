// What tests of CPU kernels share: data, comparison with a double, the same bits with any number of threads.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "lepton/core/device.hpp"
#include "lepton/core/dtype.hpp"
#include "lepton/core/parallel.hpp"
#include "lepton/core/stream.hpp"

namespace lepton::test {

inline const Stream kCpuStream{};

/// n normal numbers.
template <class T>
std::vector<T> normal_data(std::int64_t n, double mean = 0, double deviation = 1, unsigned seed = 1) {
  std::mt19937 bits(seed);
  std::normal_distribution<double> normal;
  std::vector<T> x(static_cast<std::size_t>(n));
  for (T& e : x) e = T(mean + deviation * normal(bits));
  return x;
}

/// How precise a T is, in units of which tolerances are given. References are doubles that lose some bits
/// too, so that doubles have more room.
template <class T> constexpr double epsilon() { return sizeof(T) == 4 ? 0x1p-23 : 0x1p-48; }

/// Expects |a - b| <= `units` epsilon max(|b|, scale), or NaN for NaN.
template <class T> void expect_near(T a, double b, double units, double scale = 1) {
  if (std::isnan(b)) EXPECT_TRUE(std::isnan(double(a)));
  else if (std::isinf(b)) EXPECT_EQ(double(a), b);
  else EXPECT_NEAR(double(a), b, units * epsilon<T>() * std::max(std::abs(b), scale));
}

/// Runs `make`, which returns a vector, with 1, 2 and 4 threads, expects the same bytes, and returns them.
template <class Make> auto with_any_threads(Make make) {
  const int before = num_threads();
  set_num_threads(1);
  const auto expected = make();
  for (const int threads : {2, 4}) {
    set_num_threads(threads);
    const auto y = make();
    EXPECT_EQ(y.size(), expected.size());
    if (expected.empty()) continue;
    EXPECT_EQ(std::memcmp(y.data(), expected.data(), y.size() * sizeof y[0]), 0) << threads << " threads";
  }
  set_num_threads(before);
  return expected;
}

/// The floating types that kernels are tested with.
using Floats = ::testing::Types<float, double>;

}  // namespace lepton::test
