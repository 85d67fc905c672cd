// Random chains against the separate kernels, bit for bit: whole, by blocks, in place, with reductions.
#include "kernels/chain.hpp"

#include "chain_case.hpp"

namespace lepton::kernels {
namespace {

using test::Bytes;
using test::ChainCase;
using test::ChainMaker;
using test::ChainWishes;

/// Everything that a chain writes is the same in both.
void expect_same(const ChainCase& a, const ChainCase& b) {
  for (int i = 0; i < a.args.steps; ++i) {
    const ChainStep& s = a.args.step[i];
    if (s.out >= 0) {
      const auto out = std::size_t(s.out);
      EXPECT_TRUE(test::same_elements(a.type_of(chain_result(i)), a.memory[out]->data(),
                                      b.memory[out]->data(), a.size()))
          << "step " << i << " kind " << int(s.kind) << " op " << int(s.op);
    }
    if (s.kind == ChainOp::draw) {
      EXPECT_EQ(a.masks[std::size_t(i)], b.masks[std::size_t(i)]) << "step " << i;
    }
  }
  for (int k = 0; k < a.args.reductions; ++k) {
    const DType dtype = a.type_of(a.args.reduction[k].value);
    const auto &x = a.sums[std::size_t(k)], &y = b.sums[std::size_t(k)];
    EXPECT_TRUE(test::same_elements(dtype, x.data(), y.data(), std::int64_t(x.size() / size_of(dtype))))
        << "reduction " << k;
  }
}

std::string describe(const ChainWishes& w, unsigned seed) {
  return std::to_string(w.rows) + " x " + std::to_string(w.cols) + ", seed " + std::to_string(seed);
}

/// The whole index space with 1, 2 and 4 threads.
void check_whole(const ChainWishes& wishes, unsigned seed) {
  SCOPED_TRACE(describe(wishes, seed));
  const ChainCase start = ChainMaker(wishes, seed).make();
  ChainCase expected = start.copy();
  run_separately(expected);
  const int before = num_threads();
  for (const int threads : {1, 2, 4}) {
    set_num_threads(threads);
    ChainCase c = start.copy();
    cpu::chain(c.args, test::kCpuStream);
    expect_same(c, expected);
  }
  set_num_threads(before);
}

/// The index space cut into blocks, in any order.
void check_blocks(const ChainWishes& wishes, unsigned seed) {
  SCOPED_TRACE(describe(wishes, seed));
  const FlushDenormals flush;
  const ChainCase start = ChainMaker(wishes, seed).make();
  ChainCase expected = start.copy(), c = start.copy();
  run_separately(expected);
  if (!cpu::chain_has_blocks(c.args)) {
    EXPECT_NE(wishes.cols % 8, 0);
    return;
  }
  std::mt19937 bits(seed);
  const std::int64_t step_r = 1 + std::int64_t(bits() % 20), step_c = 8 * (1 + std::int64_t(bits() % 40));
  std::vector<std::pair<std::int64_t, std::int64_t>> corners;
  for (std::int64_t r = 0; r < wishes.rows; r += step_r)
    for (std::int64_t j = 0; j < wishes.cols; j += step_c) corners.emplace_back(r, j);
  std::shuffle(corners.begin(), corners.end(), bits);
  for (const auto& [r, j] : corners)
    cpu::chain_block(c.args, r, std::min(r + step_r, wishes.rows), j, std::min(j + step_c, wishes.cols));
  expect_same(c, expected);
}

constexpr std::int64_t kSizes[][2] = {{1, 1},    {1, 7},  {5, 1},    {3, 10},   {32, 128}, {7, 300},
                                      {64, 64},  {9, 16}, {200, 33}, {13, 600}, {2, 5000}, {1, 3000},
                                      {3000, 1}, {40, 8}, {37, 72},  {128, 20}};
// Enough for several threads.
constexpr std::int64_t kLarge[][2] = {{1, 250001}, {700, 512}, {9, 40000}, {20011, 13}, {300007, 1}};

TEST(Chain, GivesTheBitsOfSeparateKernels) {
  for (const auto& s : kSizes)
    for (unsigned seed = 0; seed < 60; ++seed) check_whole({.rows = s[0], .cols = s[1]}, seed);
  for (const auto& s : kLarge)
    for (unsigned seed = 0; seed < 3; ++seed) check_whole({.rows = s[0], .cols = s[1]}, seed);
}

TEST(Chain, OfFloatsAlone) {
  for (const auto& s : kSizes)
    for (unsigned seed = 0; seed < 40; ++seed)
      check_whole({.rows = s[0], .cols = s[1], .doubles = false}, seed);
}

TEST(Chain, InPlace) {
  for (const auto& s : kSizes)
    for (unsigned seed = 100; seed < 160; ++seed)
      check_whole({.rows = s[0], .cols = s[1], .in_place = true}, seed);
  for (const auto& s : kLarge)
    for (unsigned seed = 0; seed < 3; ++seed)
      check_whole({.rows = s[0], .cols = s[1], .in_place = true}, seed);
}

TEST(Chain, ByBlocks) {
  for (const auto& s : kSizes)
    for (unsigned seed = 200; seed < 230; ++seed)
      for (const bool in_place : {false, true})
        check_blocks({.rows = s[0], .cols = s[1], .in_place = in_place, .masks = s[1] % 8 == 0}, seed);
}

TEST(Chain, KnowsWhetherItHasBlocks) {
  ChainArgs args{};
  args.rows = 4, args.cols = 10, args.steps = 1;
  args.step[0].kind = ChainOp::pair;
  EXPECT_TRUE(cpu::chain_has_blocks(args));
  for (const ChainOp kind : {ChainOp::draw, ChainOp::mask}) {
    args.step[0].kind = kind;
    args.cols = 10;
    EXPECT_FALSE(cpu::chain_has_blocks(args));
    args.cols = 16;
    EXPECT_TRUE(cpu::chain_has_blocks(args));
  }
  args.reductions = 1;
  EXPECT_FALSE(cpu::chain_has_blocks(args));
}

TEST(Chain, ReducesAsReduceDoes) {
  for (const ChainAxis axis : {ChainAxis::all, ChainAxis::rows, ChainAxis::cols})
    for (const int reductions : {1, 2}) {
      for (const auto& s : kSizes)
        for (unsigned seed = 300; seed < 320; ++seed)
          check_whole({.rows = s[0], .cols = s[1], .reductions = reductions, .axis = axis}, seed);
      for (const auto& s : kLarge)
        for (unsigned seed = 0; seed < 2; ++seed)
          check_whole({.rows = s[0], .cols = s[1], .reductions = reductions, .axis = axis}, seed);
    }
}

TEST(Chain, OfNothing) {
  for (const std::int64_t rows : {0, 3})
    for (const std::int64_t cols : {0, 5})
      for (const ChainAxis axis : {ChainAxis::all, ChainAxis::rows, ChainAxis::cols}) {
        if (rows * cols > 0) continue;
        for (unsigned seed = 0; seed < 10; ++seed) {
          check_whole({.rows = rows, .cols = cols, .reductions = 1, .axis = axis}, seed);
          check_whole({.rows = rows, .cols = cols}, seed);
        }
      }
}

}  // namespace
}  // namespace lepton::kernels
