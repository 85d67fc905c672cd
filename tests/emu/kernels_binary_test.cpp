// CUDA kernels of two tensors, on the emulator, against plain loops.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "kernels/cuda/kernels.hpp"
#include "lepton/core/error.hpp"
#include "lepton/ops/formula/binary.hpp"
#include "tests/emu/device_array.hpp"
#include "tests/emu/kernel_reference.hpp"

namespace {

using emu::DeviceArray;
using emu::TestStream;
using namespace lepton;
using namespace lepton::kernels;

class CudaBinary : public emu::ScheduleTest {
 protected:
  Stream stream() const { return stream_; }
  TestStream stream_;
};
INSTANTIATE_TEST_SUITE_P(Emu, CudaBinary, testing::ValuesIn(emu::kSchedules), emu::schedule_name);

/// Three ways to walk: flat, a row broadcast over a matrix, and a transposed operand in three axes.
const std::vector<Walk> kWalks{
    emu::make_walk({1031}, {{1}, {1}}), emu::make_walk({33, 65}, {{65, 1}, {0, 1}}),
    emu::make_walk({7, 11, 13}, {{1, 7, 77}, {143, 0, 1}}), emu::make_walk({}, {{}, {}})};

template <class T> struct Pair {
  std::vector<T> a = emu::random_values<T>(33 * 65, 1, 1, 100), b = emu::random_values<T>(33 * 65, 2, 1, 100);
};

/// Runs `kernel` on every walk; `reference(a, b)` in double.
template <class T, class Out, class Kernel, class F>
void check(Kernel kernel, std::size_t op, Stream stream, const char* name, F reference) {
  const Pair<T> x;
  const DeviceArray<T> a(x.a), b(x.b);
  for (const Walk& walk : kWalks) {
    const DeviceArray<Out> y(std::size_t(walk.n));
    kernel({a.data(), b.data(), y.data(), walk, dtype_of<T>, std::uint8_t(op)}, stream);
    const auto result = y.to_host();
    for (std::int64_t i = 0; i < walk.n; ++i) {
      const double p = double(x.a[std::size_t(emu::offset(walk, 0, i))]);
      const double q = double(x.b[std::size_t(emu::offset(walk, 1, i))]);
      double expected = std::is_same_v<T, std::uint8_t> ? double(T(int(reference(p, q)))) : reference(p, q);
      if (std::is_same_v<T, float> && std::abs(expected) > double(std::numeric_limits<float>::max()))
        expected = std::copysign(std::numeric_limits<double>::infinity(), expected);
      ASSERT_TRUE(emu::close(result[std::size_t(i)], expected)) << name << "(" << p << ", " << q << ")";
    }
  }
}

template <class T, class... Op> void check_formulas(TypeList<Op...>, Stream stream) {
  const auto one = [&]<class O>(O op) {
    if constexpr (std::is_floating_point_v<T> || !op::RealOnly<O>)
      check<T, T>(kernels::cuda::binary, index_of<O, op::BinaryOps>, stream, O::name,
                  [op](double p, double q) { return op.value(p, q); });
  };
  (one(Op{}), ...);
}

template <class T, class... Op> void check_comparisons(TypeList<Op...>, Stream stream) {
  (check<T, std::uint8_t>(kernels::cuda::compare, index_of<Op, op::CompareOps>, stream, Op::name,
                          [](double p, double q) { return double(Op{}.test(p, q)); }),
   ...);
}

TEST_P(CudaBinary, EveryFormula) {
  check_formulas<float>(op::BinaryOps{}, stream());
  check_formulas<double>(op::BinaryOps{}, stream());
  check_formulas<std::uint8_t>(op::BinaryOps{}, stream());
  check_formulas<std::int32_t>(op::BinaryOps{}, stream());
  check_formulas<std::int64_t>(op::BinaryOps{}, stream());
}

TEST_P(CudaBinary, EveryComparison) {
  check_comparisons<float>(op::CompareOps{}, stream());
  check_comparisons<double>(op::CompareOps{}, stream());
  check_comparisons<std::uint8_t>(op::CompareOps{}, stream());
  check_comparisons<std::int32_t>(op::CompareOps{}, stream());
  check_comparisons<std::int64_t>(op::CompareOps{}, stream());
}

TEST_P(CudaBinary, LargeIntegersAreNotRounded) {
  const std::int64_t large = (std::int64_t(1) << 60) + 1;
  const DeviceArray<std::int64_t> a(std::vector<std::int64_t>{large, -large}),
      b(std::vector<std::int64_t>{1, 1}), y(2);
  const Walk walk = emu::make_walk({2}, {{1}, {1}});
  kernels::cuda::binary({a.data(), b.data(), y.data(), walk, i64, index_of<op::Maximum, op::BinaryOps>},
                        stream());
  EXPECT_EQ(y.to_host(), (std::vector<std::int64_t>{large, 1}));
}

TEST_P(CudaBinary, NanWinsInMaximumAndMinimum) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const DeviceArray<float> a(std::vector<float>{nan, 1}), b(std::vector<float>{1, nan}), y(2);
  const Walk walk = emu::make_walk({2}, {{1}, {1}});
  for (const std::size_t op : {index_of<op::Maximum, op::BinaryOps>, index_of<op::Minimum, op::BinaryOps>}) {
    kernels::cuda::binary({a.data(), b.data(), y.data(), walk, f32, std::uint8_t(op)}, stream());
    EXPECT_TRUE(std::isnan(y.to_host()[0]) && std::isnan(y.to_host()[1]));
  }
}

TEST_P(CudaBinary, IntegersAreNotDivided) {
  const Walk walk = emu::make_walk({2}, {{1}, {1}});
  EXPECT_THROW(kernels::cuda::binary({nullptr, nullptr, nullptr, walk, i32, index_of<op::Div, op::BinaryOps>},
                                     stream()),
               Error);
}

}  // namespace
