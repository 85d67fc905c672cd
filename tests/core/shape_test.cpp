// Shapes: construction, printing, strides, broadcasting, axes.
#include "lepton/core/shape.hpp"

#include "lepton/core/error.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

TEST(Dims, HoldUpToEight) {
  Dims none;
  const Dims eight{1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_EQ(none.rank(), 0);
  EXPECT_EQ(none.numel(), 1);
  EXPECT_EQ(eight.rank(), 8);
  EXPECT_EQ(eight.back(), 8);
  EXPECT_EQ(eight.numel(), 40320);
  const std::vector<std::int64_t> nine(9, 1);
  EXPECT_ERROR(Dims{std::span<const std::int64_t>(nine)}, "[shape] a tensor has at most 8 axes");
  Dims full = eight;
  EXPECT_ERROR(full.push_back(1), "at most 8 axes");
  EXPECT_ERROR(full.insert(0, 1), "at most 8 axes");
  EXPECT_EQ(full, eight);
}

TEST(Dims, InsertEraseCompare) {
  Dims d{2, 3};
  d.insert(0, 5);
  d.insert(3, 7);
  EXPECT_EQ(d, (Dims{5, 2, 3, 7}));
  d.erase(1);
  EXPECT_EQ(d, (Dims{5, 3, 7}));
  EXPECT_FALSE(d == (Dims{5, 3}));
  EXPECT_FALSE(d == (Dims{5, 3, 8}));
  EXPECT_EQ((Dims{3, 0, 2}).numel(), 0);
}

TEST(Dims, Printing) {
  EXPECT_EQ(to_string(Dims{}), "[]");
  EXPECT_EQ(to_string(Dims{4}), "[4]");
  EXPECT_EQ(to_string(Dims{32, 3, 64, 64}), "[32, 3, 64, 64]");
}

TEST(Dims, StridesOfLayouts) {
  EXPECT_EQ(contiguous_strides({2, 3, 4}), (Strides{12, 4, 1}));
  EXPECT_EQ(contiguous_strides({}), Strides{});
  EXPECT_EQ(channels_last_strides({2, 3, 4, 5}), (Strides{60, 1, 15, 3}));
  EXPECT_ERROR(channels_last_strides({2, 3}), "needs [N, C, H, W], got [2, 3]");
}

TEST(Dims, Broadcasting) {
  EXPECT_EQ(broadcast({2, 3}, {3}, "op"), (Shape{2, 3}));
  EXPECT_EQ(broadcast({4, 1}, {1, 5}, "op"), (Shape{4, 5}));
  EXPECT_EQ(broadcast({}, {2}, "op"), (Shape{2}));
  EXPECT_EQ(broadcast({1}, {0}, "op"), (Shape{0}));
  EXPECT_EQ(broadcast({3, 1, 1}, {2, 1}, "op"), (Shape{3, 2, 1}));
  EXPECT_ERROR(broadcast({2, 3}, {4, 3}, "op"),
               "[op] shapes do not broadcast: [2, 3] and [4, 3] differ at axis -2");
  EXPECT_ERROR(broadcast({0}, {2}, "op"), "[op] shapes do not broadcast");
}

TEST(Dims, Axes) {
  EXPECT_EQ(normalize_axis(-1, 3, "op"), 2);
  EXPECT_EQ(normalize_axis(0, 3, "op"), 0);
  EXPECT_ERROR(normalize_axis(3, 3, "op"), "[op] axis 3 is out of range for a tensor with 3 axes");
  EXPECT_ERROR(normalize_axis(-4, 3, "op"), "[op] axis -4 is out of range");
}

}  // namespace
}  // namespace lepton::test
