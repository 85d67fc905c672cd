// The table of kernels: which CPU has which rows, and which row a size finds.
#include "kernels/cpu/choice.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "kernels/cpu/choice_table.hpp"
#include "kernels/cpu/conv_plan.hpp"

namespace lepton::kernels::cpu {
namespace {

CpuId cpu(Vendor vendor, int family, int model, Isa isa = Isa::v4bf16) { return {vendor, family, model, isa}; }

Query product(std::int64_t m, std::int64_t n, std::int64_t k, DType allowed = bf16) {
  MatmulArgs args{};
  args.batch = 1, args.m = m, args.n = n, args.k = k;
  return query(args, allowed);
}

ConvShape shape() {
  ConvShape s{};
  s.n = 32, s.ic = 32, s.ih = s.iw = 31, s.oc = 64, s.oh = s.ow = 29, s.kh = s.kw = 3;
  s.stride_h = s.stride_w = s.dilation_h = s.dilation_w = s.groups = 1;
  s.dtype = f32, s.compute = bf16;
  return s;
}

TEST(CpuId, signature_of_known_cpus) {
  const std::pair<std::uint32_t, std::pair<int, int>> known[] = {
      {0x00B00F21, {26, 2}},    // EPYC Turin, Zen 5
      {0x00A10F11, {25, 17}},   // EPYC Genoa, Zen 4
      {0x00A00F11, {25, 1}},    // EPYC Milan, Zen 3
      {0x000806F8, {6, 143}},   // Xeon Sapphire Rapids
      {0x000606A6, {6, 106}},   // Xeon Ice Lake
      {0x00050657, {6, 85}},    // Xeon Cascade Lake
      {0x00000F4A, {15, 4}}};   // Pentium 4: family 15 is where both extensions begin
  for (const auto& [eax, numbers] : known) {
    CpuId id = cpu(Vendor::amd, 0, 0, Isa::v4);
    set_signature(id, eax);
    EXPECT_EQ(std::pair(id.family, id.model), numbers) << std::hex << eax;
    EXPECT_EQ(id.vendor, Vendor::amd);
    EXPECT_EQ(id.isa, Isa::v4);
  }
}

TEST(CpuId, this_cpu_is_what_the_system_says) {
  std::ifstream info("/proc/cpuinfo");
  int family = -1, model = -1;
  for (std::string line; std::getline(info, line) && model < 0;) {
    const auto colon = line.find(':');
    if (line.starts_with("cpu family")) family = std::stoi(line.substr(colon + 1));
    if (line.starts_with("model\t")) model = std::stoi(line.substr(colon + 1));
  }
  if (model < 0) GTEST_SKIP() << "/proc/cpuinfo names no model";
  EXPECT_EQ(this_cpu().family, family);
  EXPECT_EQ(this_cpu().model, model);
}

TEST(CpuId, is_told_in_words) {
  EXPECT_EQ(to_string(cpu(Vendor::amd, 26, 2)), "amd 26 2 v4bf16");
  EXPECT_EQ(to_string(cpu(Vendor::intel, 6, 106, Isa::v4)), "intel 6 106 v4");
  EXPECT_EQ(to_string(cpu(Vendor::other, 7, 1, Isa::v3)), "other 7 1 v3");
}

TEST(ChoiceTable, only_cpus_whose_bf16_is_faster_have_rows_for_it) {
  const Query large = product(1024, 1024, 1024);
  const auto computes = [&](const CpuId& id) { return choose(large, table_for(id)).compute; };
  EXPECT_EQ(computes(cpu(Vendor::amd, 26, 2)), bf16);       // Zen 5
  EXPECT_EQ(computes(cpu(Vendor::amd, 26, 0x44)), bf16);
  EXPECT_EQ(computes(cpu(Vendor::amd, 25, 17)), bf16);      // Zen 4
  EXPECT_EQ(computes(cpu(Vendor::amd, 25, 0x61)), bf16);
  EXPECT_EQ(computes(cpu(Vendor::amd, 25, 1, Isa::v3)), f32);   // Zen 3
  EXPECT_EQ(computes(cpu(Vendor::intel, 6, 106, Isa::v4)), f32);  // Ice Lake
  EXPECT_EQ(computes(cpu(Vendor::intel, 6, 143)), f32);     // Sapphire Rapids: vdpbf16ps at the rate of f32
  EXPECT_EQ(computes(cpu(Vendor::other, 1, 1)), f32);       // unknown
  // LEPTON_ISA takes the instructions away.
  EXPECT_EQ(computes(cpu(Vendor::amd, 26, 2, Isa::v4)), f32);
  EXPECT_EQ(computes(cpu(Vendor::amd, 26, 2, Isa::v3)), f32);
}

TEST(ChoiceTable, without_autocast_everything_is_f32) {
  for (const CpuId& id : {cpu(Vendor::amd, 26, 2), cpu(Vendor::amd, 25, 17), cpu(Vendor::intel, 6, 106, Isa::v4)}) {
    EXPECT_EQ(choose(product(1024, 1024, 1024, f32), table_for(id)).compute, f32);
    ConvShape s = shape();
    s.compute = f32;
    for (const ConvPass pass : {ConvPass::forward, ConvPass::input_grad, ConvPass::weight_grad})
      EXPECT_EQ(choose(query(s, pass), table_for(id)).compute, f32);
    for (const ChoiceRow& row : table_for(id)) EXPECT_TRUE(row.allowed != f32 || row.then.compute == f32);
  }
}

TEST(ChoiceTable, small_products_stay_f32) {
  const auto rows = table_for(cpu(Vendor::amd, 26, 2));
  EXPECT_EQ(choose(product(1, 1, 1), rows).compute, f32);
  EXPECT_EQ(choose(product(32, 1, 128), rows).compute, f32);  // the last layer of step/mlp
  EXPECT_EQ(choose(product(31, 31, 512), rows).compute, f32);
  EXPECT_EQ(choose(product(32, 64, 12544), rows).compute, bf16);
}

TEST(Choice, the_first_row_that_holds_counts) {
  using enum Size;
  const ChoiceRow rows[] = {{ChoiceOp::matmul, bf16, {{{m, 1, 8}}}, {f32}},
                            {ChoiceOp::matmul, bf16, {{{m, 1, 64}, {n, 16}}}, {bf16}},
                            {ChoiceOp::conv2d, bf16, {{}}, {bf16}}};
  EXPECT_EQ(choose(product(8, 100, 1), rows).compute, f32);
  EXPECT_EQ(choose(product(9, 16, 1), rows).compute, bf16);
  EXPECT_EQ(choose(product(64, 16, 1), rows).compute, bf16);
  EXPECT_EQ(choose(product(65, 16, 1), rows).compute, f32);   // no row
  EXPECT_EQ(choose(product(64, 15, 1), rows).compute, f32);
  EXPECT_EQ(choose(product(64, 16, 1, f32), rows).compute, f32);
  EXPECT_EQ(choose(query(shape(), ConvPass::forward), rows).compute, bf16);
  EXPECT_EQ(choose(query(shape(), ConvPass::weight_grad), rows).compute, f32);
}

TEST(Choice, row_for_holds_for_its_own_sizes_alone) {
  const ChoiceRow row = row_for(product(4, 5, 6), {bf16});
  EXPECT_TRUE(holds(row, product(4, 5, 6)));
  EXPECT_FALSE(holds(row, product(4, 5, 7)));
  EXPECT_FALSE(holds(row, product(4, 5, 6, f32)));

  const Query q = query(shape(), ConvPass::input_grad);
  const ChoiceRow conv = row_for(q, {bf16});
  EXPECT_TRUE(holds(conv, q));
  EXPECT_FALSE(holds(conv, query(shape(), ConvPass::forward)));
  ConvShape other = shape();
  other.n = 1;  // a part of the batch
  EXPECT_TRUE(holds(conv, query(other, ConvPass::input_grad)));
  std::int64_t ConvShape::*const sizes[] = {
      &ConvShape::ic,       &ConvShape::ih,    &ConvShape::iw,    &ConvShape::oc,         &ConvShape::kh,        &ConvShape::kw,
      &ConvShape::stride_h, &ConvShape::stride_w, &ConvShape::pad_h, &ConvShape::pad_w, &ConvShape::dilation_h,
      &ConvShape::dilation_w, &ConvShape::groups};
  for (const auto size : sizes) {
    other = shape();
    ++(other.*size);
    EXPECT_FALSE(holds(conv, query(other, ConvPass::input_grad)));
  }
}

TEST(Choice, a_shape_comes_back_from_its_query) {
  ConvShape s = shape();
  s.ih = 17, s.stride_h = 2, s.pad_w = 3, s.dilation_w = 2, s.groups = 4;
  s.oh = (17 - 3) / 2 + 1, s.ow = 31 + 6 - 4;
  const Query q = query(s, ConvPass::weight_grad);
  EXPECT_EQ(conv_shape(q), s);
  EXPECT_EQ(conv_pass(q.op), ConvPass::weight_grad);
  EXPECT_EQ(q[Size::work], s.oh * s.ow * 64 * 8 * 9);
}

TEST(Choice, a_plan_is_made_in_f32_where_nothing_can_do_the_type) {
  // One pixel of one channel: whatever algorithms there are, the plan is one that can do it.
  ConvShape s{};
  s.n = s.ic = s.ih = s.iw = s.oc = s.oh = s.ow = s.kh = s.kw = 1;
  s.stride_h = s.stride_w = s.dilation_h = s.dilation_w = s.groups = 1;
  s.dtype = f32, s.compute = bf16;
  const ConvPlan* plan = prepare_chosen_conv(s, ConvPass::forward);
  EXPECT_GT(conv_algorithms(plan->shape, ConvPass::forward).count, 0);
  s.dtype = s.compute = f64;
  EXPECT_EQ(prepare_chosen_conv(s, ConvPass::forward)->shape.compute, f64);
}

TEST(QueryLog, notes_what_is_asked_while_it_lives) {
  const auto state = choice_state();
  ConvShape s = shape();
  {
    QueryLog log;
    EXPECT_NE(choice_state(), state);
    choose(product(1, 2, 3));
    choose(product(1, 2, 3));
    choose(query(s, ConvPass::forward));
    s.n = 48;
    choose(query(s, ConvPass::forward));
    s.n = 7;
    choose(query(s, ConvPass::forward));
    ASSERT_EQ(log.queries().size(), 2u);
    EXPECT_EQ(log.queries()[1].images, 48);
    QueryLog inner;
    choose(product(4, 4, 4));
    EXPECT_EQ(inner.queries().size(), 1u);
    EXPECT_EQ(log.queries().size(), 2u);
  }
  EXPECT_EQ(choice_state(), state);
}

}  // namespace
}  // namespace lepton::kernels::cpu
