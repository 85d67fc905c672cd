// CUDA reductions and matrix products on the emulator, against plain loops in double precision.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "kernels/cuda/kernels.hpp"
#include "lepton/core/error.hpp"
#include "tests/emu/device_array.hpp"
#include "tests/emu/kernel_reference.hpp"

namespace {

using emu::DeviceArray;
using emu::TestStream;
using namespace lepton;
using namespace lepton::kernels;

class CudaReduce : public emu::ScheduleTest {
 protected:
  Stream stream() const { return stream_; }
  TestStream stream_;
};
INSTANTIATE_TEST_SUITE_P(Emu, CudaReduce, testing::ValuesIn(emu::kSchedules), emu::schedule_name);

struct View {
  std::int64_t outer, reduce, inner;
};
const std::vector<View> kViews{{1, 1, 1},   {1, 5003, 1}, {33, 65, 1}, {9, 31, 1},
                               {1, 65, 47}, {3, 7, 33},   {5, 3, 2},   {2, 300, 1}};

template <class T>
double reference(const std::vector<T>& x, const View& v, std::int64_t o, std::int64_t i, Reduction kind) {
  double sum = 0, high = -INFINITY, low = INFINITY;
  for (std::int64_t r = 0; r < v.reduce; ++r) {
    const double value = double(x[std::size_t((o * v.reduce + r) * v.inner + i)]);
    sum += value;
    high = std::max(high, value);
    low = std::min(low, value);
  }
  switch (kind) {
    case Reduction::sum: return sum;
    case Reduction::mean: return sum / double(v.reduce);
    case Reduction::max: return high;
    default: return low;
  }
}

template <class T> void check_reduction(Reduction kind, Stream stream) {
  for (const View& v : kViews) {
    const auto x = emu::random_values<T>(std::size_t(v.outer * v.reduce * v.inner), 1, -9, 9);
    const DeviceArray<T> dx(x), y(std::size_t(v.outer * v.inner));
    kernels::cuda::reduce({dx.data(), y.data(), v.outer, v.reduce, v.inner, dtype_of<T>, kind}, stream);
    const auto result = y.to_host();
    for (std::int64_t o = 0; o < v.outer; ++o)
      for (std::int64_t i = 0; i < v.inner; ++i)
        ASSERT_TRUE(emu::close(result[std::size_t(o * v.inner + i)], reference(x, v, o, i, kind)))
            << int(kind) << " of [" << v.outer << ", " << v.reduce << ", " << v.inner << "]";
  }
}

TEST_P(CudaReduce, EveryKindAndType) {
  for (const Reduction kind : {Reduction::sum, Reduction::mean, Reduction::max, Reduction::min}) {
    check_reduction<float>(kind, stream());
    check_reduction<double>(kind, stream());
    if (kind != Reduction::mean) check_reduction<std::int64_t>(kind, stream());
  }
  EXPECT_THROW(kernels::cuda::reduce({nullptr, nullptr, 1, 1, 1, i64, Reduction::mean}, stream()), Error);
}

// A grid has at most 4096 blocks along an axis: these must take more than one row each.
TEST_P(CudaReduce, MoreRowsThanBlocks) {
  const std::int64_t rows = 4200, length = 33;
  const auto x = emu::random_values<float>(std::size_t(rows * length), 4, -9, 9);
  const DeviceArray<float> dx(x), y{std::size_t(rows)};
  kernels::cuda::reduce({dx.data(), y.data(), rows, length, 1, f32, Reduction::sum}, stream());
  const auto result = y.to_host();
  for (std::int64_t o = 0; o < rows; ++o)
    ASSERT_TRUE(emu::close(result[std::size_t(o)], reference(x, {rows, length, 1}, o, 0, Reduction::sum)))
        << o;
}

TEST(CudaReduceOnce, MoreMatricesThanBlocks) {
  const View v{4100, 8, 2};
  const auto x = emu::random_values<float>(std::size_t(v.outer * v.reduce * v.inner), 5, -9, 9);
  const TestStream stream;
  const DeviceArray<float> dx(x), y(std::size_t(v.outer * v.inner));
  kernels::cuda::reduce({dx.data(), y.data(), v.outer, v.reduce, v.inner, f32, Reduction::sum}, stream);
  const auto result = y.to_host();
  for (std::int64_t o = 0; o < v.outer; ++o)
    for (std::int64_t i = 0; i < v.inner; ++i)
      ASSERT_TRUE(emu::close(result[std::size_t(o * v.inner + i)], reference(x, v, o, i, Reduction::sum)))
          << o;
}

TEST_P(CudaReduce, SameBitsUnderEverySchedule) {
  const auto run = [&] {
    const DeviceArray<double> x(emu::random_values<double>(5003, 2, -1, 1)), y(1);
    kernels::cuda::reduce({x.data(), y.data(), 1, 5003, 1, f64, Reduction::sum}, stream());
    return y.to_host()[0];
  };
  const double mine = run();
  emu::set_schedule({});
  EXPECT_EQ(mine, run());
}

TEST_P(CudaReduce, NothingGivesZeroOrNan) {
  const DeviceArray<float> y(2);
  kernels::cuda::reduce({nullptr, y.data(), 2, 0, 1, f32, Reduction::sum}, stream());
  EXPECT_EQ(y.to_host(), (std::vector<float>{0, 0}));
  kernels::cuda::reduce({nullptr, y.data(), 1, 0, 2, f32, Reduction::mean}, stream());
  EXPECT_TRUE(std::isnan(y.to_host()[0]) && std::isnan(y.to_host()[1]));
}

TEST_P(CudaReduce, NanWinsAndInfinitiesCount) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const DeviceArray<float> x(std::vector<float>{-inf, -inf, 1, nan, 2, inf}), y(3);
  kernels::cuda::reduce({x.data(), y.data(), 3, 2, 1, f32, Reduction::max}, stream());
  const auto high = y.to_host();
  EXPECT_EQ(high[0], -inf);
  EXPECT_TRUE(std::isnan(high[1]));
  EXPECT_EQ(high[2], inf);
  kernels::cuda::reduce({x.data(), y.data(), 1, 2, 3, f32, Reduction::min},
                        stream());  // columns (-inf nan) ...
  const auto low = y.to_host();
  EXPECT_TRUE(std::isnan(low[0]));
  EXPECT_EQ(low[1], -inf);
  EXPECT_EQ(low[2], 1);
}

template <class T> void check_argmax(Stream stream) {
  for (const View& v : kViews) {
    const auto x =
        emu::random_values<T>(std::size_t(v.outer * v.reduce * v.inner), 3, -4, 4);  // integers tie
    const DeviceArray<T> dx(x);
    const DeviceArray<std::int64_t> y(std::size_t(v.outer * v.inner));
    kernels::cuda::argmax({dx.data(), y.data(), v.outer, v.reduce, v.inner, dtype_of<T>}, stream);
    const auto result = y.to_host();
    for (std::int64_t o = 0; o < v.outer; ++o)
      for (std::int64_t i = 0; i < v.inner; ++i) {
        const auto at = [&](std::int64_t r) { return x[std::size_t((o * v.reduce + r) * v.inner + i)]; };
        std::int64_t best = 0;
        for (std::int64_t r = 1; r < v.reduce; ++r)
          if (at(r) > at(best)) best = r;
        ASSERT_EQ(result[std::size_t(o * v.inner + i)], best);
      }
  }
}

TEST_P(CudaReduce, ArgmaxGivesTheFirst) {
  check_argmax<float>(stream());
  check_argmax<double>(stream());
  check_argmax<std::int64_t>(stream());
}

TEST_P(CudaReduce, ArgmaxOfNanAndOfInfinities) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const DeviceArray<float> x(std::vector<float>{-inf, -inf, -inf, 1, nan, nan});
  const DeviceArray<std::int64_t> y(2);
  kernels::cuda::argmax({x.data(), y.data(), 2, 3, 1, f32}, stream());
  EXPECT_EQ(y.to_host(), (std::vector<std::int64_t>{0, 1}));
}

}  // namespace
