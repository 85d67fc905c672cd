// Tunings as text: what is read and written, what is refused and where.
#include "kernels/cpu/tuning.hpp"

#include "kernels/cpu/conv_plan.hpp"
#include "tests/support/compare.hpp"

namespace lepton::kernels::cpu {
namespace {

constexpr CpuId kCpu{Vendor::amd, 26, 2, Isa::v4bf16};

std::string with_head(const std::string& lines) { return tuning_head(kCpu) + lines; }
Tuning parse(const std::string& lines) { return parse_tuning(with_head(lines), "t.txt", kCpu); }

TEST(Tuning, rows_come_back_from_their_text) {
  const std::string line = "matmul bf16 batch=1 m=2.. n=3..4 k=5..5 trans_a=0 trans_b=1 work=0.. -> bf16";
  const Tuning tuning = parse(line + "\n");
  ASSERT_EQ(tuning.rows.size(), 1u);
  const ChoiceRow& row = tuning.rows[0];
  EXPECT_EQ(row.op, ChoiceOp::matmul);
  EXPECT_EQ(row.allowed, bf16);
  EXPECT_EQ(row.then, Choice{bf16});
  EXPECT_EQ(row.where[1], (Condition{Size::m, 2, INT64_MAX}));
  EXPECT_EQ(row.where[2], (Condition{Size::n, 3, 4}));
  EXPECT_EQ(to_string(row), "matmul bf16 batch=1 m=2.. n=3..4 k=5 trans_a=0 trans_b=1 work=0.. -> bf16");
}

TEST(Tuning, every_operation_type_size_and_algorithm_comes_back) {
  std::vector<ChoiceRow> rows;
  for (const ChoiceOp op : {ChoiceOp::matmul, ChoiceOp::conv2d, ChoiceOp::conv2d_input_grad, ChoiceOp::conv2d_weight_grad})
    for (const DType allowed : {f32, bf16}) {
      Query q{.op = op, .allowed = allowed};
      for (std::size_t i = 0; i < q.sizes.size(); ++i) q.sizes[i] = std::int64_t(i * i);
      rows.push_back(row_for(q, {f32}));
      rows.push_back(row_for(q, {allowed}));
      if (op == ChoiceOp::matmul) continue;
      for (const ConvAlgorithm* const* a = kConvTable; *a; ++a) rows.push_back(row_for(q, {allowed, (*a)->name}));
    }
  std::string text;
  for (const ChoiceRow& row : rows) text += to_string(row) + "\n";
  const Tuning tuning = parse(text);
  ASSERT_EQ(tuning.rows.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(tuning.rows[i].op, rows[i].op);
    EXPECT_EQ(tuning.rows[i].allowed, rows[i].allowed);
    EXPECT_EQ(tuning.rows[i].where, rows[i].where) << to_string(rows[i]);
    EXPECT_EQ(tuning.rows[i].then, rows[i].then);
  }
}

TEST(Tuning, comments_spaces_and_other_ends_of_lines) {
  const Tuning tuning = parse("# why\n\n  \t\n  matmul\tbf16   -> f32 \r\n  # more\nconv2d f32 in=3 -> f32");
  ASSERT_EQ(tuning.rows.size(), 2u);
  EXPECT_EQ(tuning.rows[0].where[0].size, Size::none);
  EXPECT_EQ(tuning.rows[1].where[0].size, Size::in);
  EXPECT_EQ(parse("").rows.size(), 0u);
}

TEST(Tuning, the_hash_is_of_the_text) {
  EXPECT_EQ(parse("").hash.size(), 16u);
  EXPECT_EQ(parse("# a").hash, parse("# a").hash);
  EXPECT_NE(parse("# a").hash, parse("# b").hash);
  EXPECT_NE(parse("").hash, parse("\n").hash);
}

TEST(Tuning, what_is_wrong_is_named_with_its_line) {
  const auto whole = [](const std::string& text) { return [=] { parse_tuning(text, "t.txt", kCpu); }; };
  using test::throws;
  EXPECT_TRUE(throws(whole(""), "[t.txt:1] is no tuning: the first line must be 'lepton tuning 1'"));
  EXPECT_TRUE(throws(whole("lepton tuning 2\n"), "[t.txt:1] is no tuning"));
  EXPECT_TRUE(throws(whole("lepton tuning 1"), "[t.txt:2] the second line must name the CPU"));
  EXPECT_TRUE(throws(whole("lepton tuning 1\nmatmul bf16 -> f32\n"), "[t.txt:2] the second line must name the CPU"));
  EXPECT_TRUE(throws(whole("lepton tuning 1\ncpu intel 6 106 v4\n"),
                     "[t.txt:2] was measured on 'intel 6 106 v4', but this machine is 'amd 26 2 v4bf16'; measure"));
  const auto third = [&](const std::string& line, const std::string& what) {
    return throws(whole(with_head(line)), "[t.txt:3] " + what);
  };
  EXPECT_TRUE(third("mul bf16 -> f32", "'mul' is not an operation: matmul, conv2d, conv2d_input_grad or conv2d_weight_grad"));
  EXPECT_TRUE(third("matmul", "ends early; f32 or bf16, the type that autocast allows"));
  EXPECT_TRUE(third("matmul f16 -> f32", "'f16' is not f32 or bf16"));
  EXPECT_TRUE(third("matmul bf16 m -> f32", "'m' is not a condition such as m=16, m=16.. or m=16..64"));
  EXPECT_TRUE(third("matmul bf16 q=1 -> f32", "'q=1' is not a condition"));
  EXPECT_TRUE(third("matmul bf16 none=1 -> f32", "'none=1' is not a condition"));
  EXPECT_TRUE(third("matmul bf16 in=1 -> f32", "matmul has no in"));
  EXPECT_TRUE(third("conv2d bf16 m=1 -> f32", "conv2d has no m"));
  EXPECT_TRUE(third("matmul bf16 m=1 m=2 -> f32", "m is named twice"));
  for (const char* size : {"", "x", "-1", "1.5", "99999999999999999999", "..5", "1..x", "0x10"})
    EXPECT_TRUE(third("matmul bf16 m=" + std::string(size) + " -> f32", "")) << size;
  EXPECT_TRUE(third("matmul bf16 m=x -> f32", "'x' is not a size"));
  EXPECT_TRUE(third("matmul bf16 m=5..4 -> f32", "'m=5..4' holds for no size"));
  EXPECT_TRUE(third("matmul bf16 m=5", "ends early; '->'"));
  EXPECT_TRUE(third("matmul bf16 ->", "ends early; f32 or bf16, the type to compute with"));
  EXPECT_TRUE(third("matmul f32 -> bf16", "bf16 is not allowed by 'f32'"));
  EXPECT_TRUE(third("matmul bf16 -> bf16 fast", "'fast' is not the end of the line"));
  EXPECT_TRUE(third("conv2d bf16 -> f32 fast", "'fast' is not an algorithm; there are "));
  EXPECT_TRUE(third("conv2d bf16 -> f32 onednn x", "'x' is not the end of the line"));
  EXPECT_TRUE(throws(whole(with_head("# fine\nmatmul bf16 -> f32\nnonsense")), "[t.txt:5] 'nonsense' is not an operation"));
}

TEST(Tuning, a_file_that_cannot_be_read_is_named) {
  EXPECT_ERROR(read_tuning("/nowhere/t.txt"), "[/nowhere/t.txt] cannot be read: No such file");
  EXPECT_ERROR(read_tuning("/"), "[/] cannot be read: Is a directory");
}

}  // namespace
}  // namespace lepton::kernels::cpu
