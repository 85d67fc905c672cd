// Copies into another order against a plain loop: also where matrices are turned round.
#include "kernels/pointwise.hpp"
#include "tests/kernels/check.hpp"

namespace lepton::test {
namespace {

struct CopyCase {
  std::vector<std::int64_t> size;  // of y, which is contiguous
  std::vector<int> order;          // axes of y in the order in which they lie in x
};

const CopyCase kCases[] = {
    {{3, 64, 196}, {0, 2, 1}},  // channels last to channels first
    {{3, 196, 64}, {0, 2, 1}},
    {{40, 33}, {1, 0}},
    {{300, 517}, {1, 0}},       // one large matrix, on several threads
    {{2, 7, 5, 9}, {0, 2, 3, 1}},
    {{5, 3, 4, 6}, {3, 1, 0, 2}},
    {{20, 6, 8, 40}, {3, 0, 2, 1}},
    {{9, 4}, {1, 0}},
    {{3, 50}, {1, 0}},          // too short a side
    {{6, 5, 4}, {0, 1, 2}},
};

template <class T> void check(const CopyCase& c, DType dtype) {
  const int rank = int(c.size.size());
  kernels::CopyArgs args{};
  args.from = args.to = dtype;
  args.walk.rank = rank;
  args.walk.n = 1;
  for (int d = rank - 1; d >= 0; --d) {
    args.walk.size[d] = c.size[std::size_t(d)];
    args.walk.stride[1][d] = args.walk.n;
    args.walk.n *= args.walk.size[d];
  }
  std::int64_t step = 1;
  for (int i = rank - 1; i >= 0; --i) {
    const int d = c.order[std::size_t(i)];
    args.walk.stride[0][d] = step;
    step *= args.walk.size[d];
  }
  const auto n = std::size_t(args.walk.n);
  std::vector<T> x(n), y(n), expected(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = T(i % 100'003 + 1);
  for (std::int64_t i = 0; i < args.walk.n; ++i) {
    std::int64_t from = 0, rest = i;
    for (int d = rank - 1; d >= 0; --d) {
      from += rest % args.walk.size[d] * args.walk.stride[0][d];
      rest /= args.walk.size[d];
    }
    expected[std::size_t(i)] = x[std::size_t(from)];
  }
  args.x = x.data(), args.y = y.data();
  kernels::cpu::copy(args, kCpuStream);
  EXPECT_EQ(y, expected);
}

TEST(Copy, IntoAnyOrder) {
  for (const CopyCase& c : kCases) {
    check<float>(c, f32);
    check<double>(c, f64);
    check<std::int32_t>(c, i32);
    check<std::int64_t>(c, i64);
  }
}

}  // namespace
}  // namespace lepton::test
