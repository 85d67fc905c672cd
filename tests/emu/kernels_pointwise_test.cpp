// CUDA kernels of one tensor, copies, selection and filling, on the emulator, against double precision.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "kernels/cuda/kernels.hpp"
#include "lepton/core/error.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "tests/emu/device_array.hpp"
#include "tests/emu/kernel_reference.hpp"

namespace {

using emu::DeviceArray;
using emu::TestStream;
using namespace lepton;
using namespace lepton::kernels;

class CudaPointwise : public emu::ScheduleTest {
 protected:
  Stream stream() const { return stream_; }
  TestStream stream_;
};
INSTANTIATE_TEST_SUITE_P(Emu, CudaPointwise, testing::ValuesIn(emu::kSchedules), emu::schedule_name);

template <class Op> Op example() { return Op{}; }
template <> op::Clamp example() { return {-1.5, 0.75}; }
template <> op::Affine example() { return {2, -1}; }
template <> op::PowScalar example() { return {2.5}; }

template <class T, class Op> void check_value(Stream stream) {
  const std::size_t n = 1037;
  const auto x = emu::random_values<T>(n, 1, -3, 3);
  const DeviceArray<T> dx(x), dy(n);
  const Op op = example<Op>();
  UnaryArgs a{dx.data(), dy.data(), std::int64_t(n), dtype_of<T>, index_of<Op, op::UnaryOps>, {}};
  std::memcpy(a.params, &op, sizeof op);
  kernels::cuda::unary(a, stream);
  const auto y = dy.to_host();
  for (std::size_t i = 0; i < n; ++i)
    ASSERT_TRUE(emu::close(y[i], op.value(double(x[i])))) << Op::name << "(" << x[i] << ") = " << y[i];
}

template <class T, class Op> void check_gradient(Stream stream) {
  const std::size_t n = 523;
  const auto g = emu::random_values<T>(n, 2, -1, 1), saved = emu::random_values<T>(n, 3, -3, 3);
  const DeviceArray<T> dg(g), dsaved(saved), dx(n);
  const Op op = example<Op>();
  UnaryGradArgs a{
      dg.data(), dsaved.data(), dx.data(), std::int64_t(n), dtype_of<T>, index_of<Op, op::UnaryOps>, {}};
  std::memcpy(a.params, &op, sizeof op);
  kernels::cuda::unary_grad(a, stream);
  const auto result = dx.to_host();
  for (std::size_t i = 0; i < n; ++i) {
    const double gi = double(g[i]), s = double(saved[i]);
    double reference;
    if constexpr (op::FromY<Op>) reference = op.grad_from_y(gi, s);
    else reference = op.grad_from_x(gi, s);
    ASSERT_TRUE(emu::close(result[i], reference))
        << Op::name << "'(" << s << ") * " << gi << " = " << result[i];
  }
}

template <class... Op> void check_all(TypeList<Op...>, Stream stream) {
  (check_value<float, Op>(stream), ...);
  (check_value<double, Op>(stream), ...);
  (check_gradient<float, Op>(stream), ...);
  (check_gradient<double, Op>(stream), ...);
}

TEST_P(CudaPointwise, EveryUnaryFormulaAndItsGradient) { check_all(op::UnaryOps{}, stream()); }

template <class From, class To> void check_copy(DType from, DType to, Stream stream) {
  const Walk walk = emu::make_walk({9, 5, 11}, {{1, 9, 45}, {55, 11, 1}});  // x lies the other way round
  auto x = emu::random_values<From>(9 * 5 * 11, 4, 0, 100);
  if (from == boolean)
    for (From& v : x) v = From(int(v) % 2);
  const DeviceArray<From> dx(x);
  const DeviceArray<To> dy(x.size());
  kernels::cuda::copy({dx.data(), dy.data(), walk, from, to}, stream);
  const auto y = dy.to_host();
  for (std::int64_t i = 0; i < walk.n; ++i) {
    const From value = x[std::size_t(emu::offset(walk, 0, i))];
    ASSERT_EQ(y[std::size_t(i)], to == boolean ? To(value != From(0)) : To(value))
        << name_of(from) << " to " << name_of(to);
  }
}

template <class From> void check_copy_to_all(DType from, Stream stream) {
  check_copy<From, float>(from, f32, stream);
  check_copy<From, double>(from, f64, stream);
  check_copy<From, std::int32_t>(from, i32, stream);
  check_copy<From, std::int64_t>(from, i64, stream);
  check_copy<From, std::uint8_t>(from, u8, stream);
  check_copy<From, std::uint8_t>(from, boolean, stream);
}

TEST_P(CudaPointwise, CopyConvertsEveryTypeToEveryOther) {
  check_copy_to_all<float>(f32, stream());
  check_copy_to_all<double>(f64, stream());
  check_copy_to_all<std::int32_t>(i32, stream());
  check_copy_to_all<std::int64_t>(i64, stream());
  check_copy_to_all<std::uint8_t>(u8, stream());
  check_copy_to_all<std::uint8_t>(boolean, stream());
  check_copy<std::uint16_t, std::uint16_t>(bf16, bf16, stream());  // types it cannot convert, it can move
  check_copy<std::int8_t, std::int8_t>(i8, i8, stream());
}

template <class T> void check_where(Stream stream) {
  const Walk walk = emu::make_walk({33, 65}, {{65, 1}, {0, 1}, {1, 0}});  // a broadcast down, b across
  auto condition = emu::random_values<std::uint8_t>(33 * 65, 5, 0, 2);
  const auto a = emu::random_values<T>(65, 6, 0, 100), b = emu::random_values<T>(33, 7, 0, 100);
  const DeviceArray<std::uint8_t> dcondition(condition);
  const DeviceArray<T> da(a), db(b), dy(33 * 65);
  kernels::cuda::where(
      {reinterpret_cast<const bool*>(dcondition.data()), da.data(), db.data(), dy.data(), walk, sizeof(T)},
      stream);
  const auto y = dy.to_host();
  for (std::size_t i = 0; i < y.size(); ++i) ASSERT_EQ(y[i], condition[i] ? a[i % 65] : b[i / 65]);
}

TEST_P(CudaPointwise, Where) {
  check_where<std::uint8_t>(stream());
  check_where<std::uint16_t>(stream());
  check_where<float>(stream());
  check_where<double>(stream());
}

template <class T> void check_fill(T value, Stream stream) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  const DeviceArray<T> y(777);
  kernels::cuda::fill({y.data(), 777, bits, sizeof(T)}, stream);
  EXPECT_EQ(y.to_host(), std::vector<T>(777, value));
}

TEST_P(CudaPointwise, Fill) {
  check_fill<std::uint8_t>(1, stream());
  check_fill<std::uint16_t>(0x3f80, stream());
  check_fill<float>(-2.5f, stream());
  check_fill<std::int64_t>(-3, stream());
}

TEST(CudaPointwiseOnce, MoreElementsThanThreads) {
  const std::int64_t n = (std::int64_t(256) << 12) + 5;  // as many as the largest grid has, and five
  const TestStream stream;
  const DeviceArray<std::uint8_t> y{std::size_t(n)};
  kernels::cuda::fill({y.data(), n, 3, 1}, stream);
  EXPECT_EQ(y.to_host(), std::vector<std::uint8_t>(std::size_t(n), 3));
}

TEST_P(CudaPointwise, EmptyTensorsLaunchNothing) {
  kernels::cuda::unary({nullptr, nullptr, 0, f32, 0, {}}, stream());
  kernels::cuda::fill({nullptr, 0, 0, 4}, stream());
  kernels::cuda::copy({nullptr, nullptr, Walk{}, f32, f64}, stream());
}

TEST_P(CudaPointwise, UnknownTypesAreRefusedByName) {
  const auto message = [&](DType dtype) -> std::string {
    try {
      kernels::cuda::unary({nullptr, nullptr, 1, dtype, 0, {}}, stream());
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_EQ(message(bf16), "[unary] no CUDA kernel for element type bf16");
}

}  // namespace
