// Rows by index against plain loops.
#include "kernels/index.hpp"

#include "check.hpp"
#include "lepton/core/error.hpp"

namespace lepton::kernels {
namespace {

using test::kCpuStream;

std::vector<std::int64_t> indices(std::int64_t count, std::int64_t rows) {
  std::vector<std::int64_t> index(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < index.size(); ++i) index[i] = std::int64_t(i * i + 3 * i) % rows;
  return index;
}

struct Shape {
  std::int64_t rows, count, width;
};
const Shape kShapes[] = {{1, 1, 1}, {7, 20, 1}, {5, 3, 2},        {100, 64, 33},
                         {4, 0, 3}, {4, 9, 0},  {3000, 20000, 64}};

template <class T> class Rows : public ::testing::Test {};
TYPED_TEST_SUITE(Rows, test::Floats);

TYPED_TEST(Rows, AreGathered) {
  using T = TypeParam;
  for (const Shape s : kShapes) {
    const auto x = test::normal_data<T>(s.rows * s.width);
    const auto index = indices(s.count, s.rows);
    const auto y = test::with_any_threads([&] {
      std::vector<T> r(std::size_t(s.count * s.width));
      cpu::gather_rows({x.data(), index.data(), r.data(), s.rows, s.count, s.width, "index_select", sizeof(T)}, kCpuStream);
      return r;
    });
    for (std::int64_t i = 0; i < s.count * s.width; ++i)
      EXPECT_EQ(y[std::size_t(i)], x[std::size_t(index[std::size_t(i / s.width)] * s.width + i % s.width)]);
  }
}

TYPED_TEST(Rows, AreAddedBackInOrder) {
  using T = TypeParam;
  for (const Shape s : kShapes) {
    const auto x = test::normal_data<T>(s.count * s.width);
    const auto index = indices(s.count, s.rows);
    std::vector<T> expected(std::size_t(s.rows * s.width));
    for (std::int64_t i = 0; i < s.count * s.width; ++i)
      expected[std::size_t(index[std::size_t(i / s.width)] * s.width + i % s.width)] += x[std::size_t(i)];
    const auto y = test::with_any_threads([&] {
      std::vector<T> r(expected.size(), T(9));
      cpu::scatter_add_rows({x.data(), index.data(), r.data(), s.rows, s.count, s.width, dtype_of<T>},
                            kCpuStream);
      return r;
    });
    EXPECT_EQ(y, expected);
  }
}

TEST(RowsByIndex, OfBytesAreGathered) {
  const std::vector<std::uint8_t> x{1, 2, 3, 4, 5, 6};
  const std::vector<std::int64_t> index{1, 0, 1};
  std::vector<std::uint8_t> y(9);
  cpu::gather_rows({x.data(), index.data(), y.data(), 2, 3, 3, "index_select", 1}, kCpuStream);
  EXPECT_EQ(y, (std::vector<std::uint8_t>{4, 5, 6, 1, 2, 3, 4, 5, 6}));
}

TEST(RowsByIndex, AnIndexOutsideIsNamed) {
  const float x[4] = {};
  float y[4];
  const std::int64_t index[2] = {1, 2};
  try {
    cpu::gather_rows({x, index, y, 2, 2, 2, "index_select", 4}, kCpuStream);
    FAIL();
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(), "[index_select] index 2 at place 1 is outside [0, 2)");
  }
  const std::int64_t negative = -1;
  EXPECT_THROW(cpu::scatter_add_rows({x, &negative, y, 2, 1, 2, f32}, kCpuStream), Error);
  EXPECT_THROW(cpu::scatter_add_rows({x, &negative, y, 0, 1, 2, f32}, kCpuStream), Error);
}

}  // namespace
}  // namespace lepton::kernels
