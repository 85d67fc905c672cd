// tune: what it measures, writes and puts in place, and that a file gives the same bits.
#include "lepton/compile/tune.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>

#include "lepton/compile/compile.hpp"
#include "lepton/core/autocast.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/conv.hpp"
#include "lepton/ops/matmul.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/ops/reduce.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/tuning.hpp"

namespace lepton {
namespace {

using test::same_bits;
using test::TuningFile;

constexpr double kShort = 1e-4;  // seconds a way: what is fastest does not matter here

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class Tune : public testing::Test {
 protected:
  void SetUp() override { clear_tuning(); }
  ~Tune() override { clear_tuning(); }

  Tensor x = randn({2, 8, 12, 12}), w = randn({16, 8, 3, 3}).set_requires_grad(), a = randn({24, 40}), b = randn({40, 8});
  int calls = 0;

  Tensor step() {
    ++calls;
    const Autocast guard(bf16);
    const Tensor picture = conv2d(x, w), product = matmul(a, b), y = sum(picture) + sum(product);
    w.zero_grad();
    y.backward();
    return y;
  }
};

TEST_F(Tune, measures_the_operations_of_one_step) {
  const TuneResult result = tune([&] { step(); }, {.seconds = kShort});
  EXPECT_EQ(calls, 1);
  ASSERT_EQ(result.entries.size(), 3u) << result.describe();
  EXPECT_EQ(result.entries[0].operation,
            "conv2d bf16 in=8 height=12 width=12 out=16 kernel_h=3 kernel_w=3 stride_h=1 stride_w=1 pad_h=0 pad_w=0 "
            "dilation_h=1 dilation_w=1 groups=1");
  EXPECT_EQ(result.entries[1].operation, "matmul bf16 batch=1 m=24 n=8 k=40 trans_a=0 trans_b=0");
  EXPECT_TRUE(result.entries[2].operation.starts_with("conv2d_weight_grad bf16 in=8"));
  for (const auto& entry : result.entries) {
    const auto& ways = entry.ways;
    ASSERT_LT(std::max(entry.chosen, entry.by_table), ways.size());
    EXPECT_GE(ways.size(), 2u);
    for (const auto& way : ways) EXPECT_GT(way.seconds, 0) << way.name;
    EXPECT_LE(ways[entry.chosen].seconds, ways[entry.by_table].seconds);
    EXPECT_TRUE(ways[0].name.starts_with("f32")) << ways[0].name;
    EXPECT_NE(result.describe().find(entry.operation + " -> " + ways[entry.chosen].name + "; "), std::string::npos);
  }
}

TEST_F(Tune, sees_a_step_that_was_captured_before) {
  auto captured = compile([&](const Tensor& t) { return matmul(t, b); });
  const Autocast guard(bf16);
  captured(a);
  EXPECT_EQ(tune([&] { captured(a); }, {.seconds = kShort}).entries.size(), 1u);
}

TEST_F(Tune, draws_nothing_from_the_default_generator) {
  manual_seed(5);
  tune([&] { step(); }, {.seconds = kShort});
  EXPECT_EQ(default_generator().offset(), 0u);
}

TEST_F(Tune, the_file_gives_the_same_choices_and_bits) {
  const TuningFile file("");
  const TuneResult result = tune([&] { step(); }, {.save = file.path(), .seconds = kShort});
  const Tensor y = step(), g = w.grad().clone();
  const std::string hash = tuning_hash();
  EXPECT_EQ(hash, result.hash);
  EXPECT_EQ(hash.size(), 16u);
  for (const auto& entry : result.entries)
    EXPECT_NE(text_of(file.path()).find("\n" + entry.operation + " -> " + entry.ways[entry.chosen].name + "\n"), std::string::npos);

  clear_tuning();
  EXPECT_EQ(tuning_hash(), "");
  load_tuning(file.path());
  EXPECT_EQ(tuning_hash(), hash);
  EXPECT_TRUE(same_bits(step(), y));
  EXPECT_TRUE(same_bits(w.grad(), g));

  // What was tuned before stays, what is tuned again is replaced.
  tune([&] { step(), matmul(a.transpose(), a); }, {.save = file.path(), .seconds = kShort});
  const std::string text = text_of(file.path());
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2 + 3);
  const Autocast guard(bf16);
  tune([&] { matmul(a.transpose(), a); }, {.save = file.path(), .seconds = kShort});
  const std::string more = text_of(file.path());
  EXPECT_EQ(std::count(more.begin(), more.end(), '\n'), 2 + 4) << more;
}

TEST_F(Tune, rows_are_obeyed) {
  const Tensor t = full({4, 4}, 1 + 0x1p-9);
  const Autocast guard(bf16);
  const test::Tuned tuned("matmul bf16 m=4 k=4 -> bf16\nmatmul bf16 -> f32\n");
  EXPECT_EQ(sum(matmul(t, t)).item(), 64);
  EXPECT_NE(sum(matmul(t.slice(0, 0, 2), t)).item(), 32);
}

TEST_F(Tune, a_malformed_file_is_refused_and_changes_nothing) {
  const TuningFile good("matmul bf16 -> bf16\n"), bad("matmul bf16 -> bf16\nmatmul bf16 m=x -> bf16\n");
  load_tuning(good.path());
  const std::string hash = tuning_hash();
  EXPECT_ERROR(load_tuning(bad.path()), "[" + bad.path() + ":4] 'x' is not a size");
  EXPECT_ERROR(load_tuning("/nowhere/tuning.txt"), "[/nowhere/tuning.txt] cannot be read");
  EXPECT_EQ(tuning_hash(), hash);
}

TEST_F(Tune, a_file_that_cannot_be_written_is_named_and_nothing_is_put_in_place) {
  EXPECT_ERROR(tune([] {}, {.save = "/nowhere/tuning.txt"}), "[/nowhere/tuning.txt] cannot be written");
  EXPECT_EQ(tuning_hash(), "");
}

TEST_F(Tune, cannot_be_captured) {
  auto captured = compile([&](const Tensor& t) {
    tune([] {});
    return t;
  });
  EXPECT_ERROR(captured(a), "[tune] measures, which a captured step cannot");
}

// In another process, since a process looks at its environment once. It runs the test from its beginning.
TEST(TuneEnvironment, names_the_first_tuning) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  constexpr const char* kVariable = "LEPTON_TUNING";
  const auto report = [] {
    try {
      const Autocast guard(bf16);
      const Tensor t = full({4, 4}, 1 + 0x1p-9);
      std::exit(tuning_hash().size() == 16 && sum(matmul(t, t)).item() == 64 ? 5 : 6);
    } catch (const Error& e) {
      std::fputs(e.what(), stderr);
      std::exit(7);
    }
  };
  const bool parent = std::getenv(kVariable) == nullptr;
  std::optional<TuningFile> file;
  if (parent) setenv(kVariable, file.emplace("matmul bf16 -> bf16\n").path().c_str(), 1);
  EXPECT_EXIT(report(), testing::ExitedWithCode(5), "");
  if (parent) std::ofstream(file->path(), std::ios::app) << "nonsense\n";
  EXPECT_EXIT(report(), testing::ExitedWithCode(7), ":4. 'nonsense' is not an operation");
  if (parent) setenv(kVariable, "/nowhere/tuning.txt", 1);
  EXPECT_EXIT(report(), testing::ExitedWithCode(7), "/nowhere/tuning.txt. cannot be read");
  if (parent) unsetenv(kVariable);
}

}  // namespace
}  // namespace lepton
