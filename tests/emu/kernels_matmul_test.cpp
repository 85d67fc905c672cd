// The CUDA matrix product on the emulator, against plain loops in double precision.
#include <gtest/gtest.h>

#include "kernels/cuda/kernels.hpp"
#include "tests/emu/device_array.hpp"
#include "tests/emu/kernel_reference.hpp"

namespace {

using emu::DeviceArray;
using emu::TestStream;
using namespace lepton;
using namespace lepton::kernels;

class CudaMatmul : public emu::ScheduleTest {
 protected:
  Stream stream() const { return stream_; }
  TestStream stream_;
};
INSTANTIATE_TEST_SUITE_P(Emu, CudaMatmul, testing::ValuesIn(emu::kSchedules), emu::schedule_name);

/// One call: sizes, layouts, whether b is one matrix for the whole batch, padding of the rows.
struct Case {
  std::int64_t batch, m, n, k;
  bool trans_a = false, trans_b = false, with_bias = false, repeat_b = false;
  std::int64_t padding = 0;
};

template <class T> void check(const Case& t, Stream stream) {
  MatmulArgs g{};
  g.batch = t.batch, g.m = t.m, g.n = t.n, g.k = t.k;
  g.trans_a = t.trans_a, g.trans_b = t.trans_b;
  g.dtype = dtype_of<T>;
  g.lda = (t.trans_a ? t.m : t.k) + t.padding;
  g.ldb = (t.trans_b ? t.k : t.n) + t.padding;
  g.batch_stride_a = g.lda * (t.trans_a ? t.k : t.m);
  g.batch_stride_b = t.repeat_b ? 0 : g.ldb * (t.trans_b ? t.n : t.k);
  const auto a = emu::random_values<T>(std::size_t(t.batch * g.batch_stride_a), 1, -1, 1);
  const auto b = emu::random_values<T>(std::size_t(t.batch * g.ldb * (t.trans_b ? t.n : t.k)), 2, -1, 1);
  const auto bias = emu::random_values<T>(std::size_t(t.n), 3, -1, 1);
  const DeviceArray<T> da(a), db(b), dbias(bias), dc(std::size_t(t.batch * t.m * t.n));
  g.a = da.data(), g.b = db.data(), g.c = dc.data();
  g.bias = t.with_bias ? dbias.data() : nullptr;
  kernels::cuda::matmul(g, stream);
  const auto c = dc.to_host();
  for (std::int64_t s = 0; s < t.batch; ++s)
    for (std::int64_t i = 0; i < t.m; ++i)
      for (std::int64_t j = 0; j < t.n; ++j) {
        double sum = t.with_bias ? double(bias[std::size_t(j)]) : 0;
        for (std::int64_t k = 0; k < t.k; ++k)
          sum += double(a[std::size_t(s * g.batch_stride_a + (t.trans_a ? k * g.lda + i : i * g.lda + k))]) *
                 double(b[std::size_t(s * g.batch_stride_b + (t.trans_b ? j * g.ldb + k : k * g.ldb + j))]);
        ASSERT_TRUE(emu::close(c[std::size_t((s * t.m + i) * t.n + j)], sum)) << s << ", " << i << ", " << j;
      }
}

TEST_P(CudaMatmul, OddShapesInEveryLayout) {
  for (const bool trans_a : {false, true})
    for (const bool trans_b : {false, true}) {
      check<float>({1, 33, 65, 47, trans_a, trans_b}, stream());
      check<double>({1, 33, 65, 47, trans_a, trans_b, true}, stream());
      check<float>({2, 70, 9, 18, trans_a, trans_b, true, true, 3}, stream());
    }
}

TEST_P(CudaMatmul, Batches) {
  check<float>({5, 3, 4, 17}, stream());
  check<double>({5, 3, 4, 17, false, true, true, true}, stream());
}

TEST_P(CudaMatmul, EdgeCases) {
  check<float>({1, 1, 1, 1}, stream());
  check<float>({2, 3, 5, 0, false, false, true}, stream());  // zeros plus bias
  check<float>({1, 0, 5, 4}, stream());
  check<float>({0, 3, 5, 4}, stream());
}

}  // namespace
