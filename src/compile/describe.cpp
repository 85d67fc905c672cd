// Descriptions of launches: sizes where a kernel has some worth telling.
#include "src/compile/describe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "kernels/batch_norm.hpp"
#include "kernels/fused.hpp"
#include "kernels/pool.hpp"
#include "lepton/ops/formula/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "src/compile/sample_group.hpp"

namespace lepton::detail {
namespace {

template <class Args> const Args* match(const RecordedLaunch& launch, const kernels::Kernel<Args>& kernel) {
  return launch.call.kernel == &kernel ? reinterpret_cast<const Args*>(launch.args.get()) : nullptr;
}

Description product(const kernels::MatmulArgs& a) {
  std::string text = fmt::format("matmul [{}, {}] @ [{}, {}]", a.m, a.k, a.k, a.n);
  if (a.batch != 1) text = fmt::format("{} times {}", a.batch, text);
  if (a.compute != a.dtype) text += fmt::format(" in {}", name_of(a.compute));
  if (a.b_packed) text += ", packed";
  return {text, 2.0 * double(a.batch) * double(a.m) * double(a.n) * double(a.k)};
}

Description convolution(const char* what, const kernels::ConvPlan* plan, bool packed) {
  const kernels::ConvShape& s = kernels::cpu::conv_shape(plan);
  const double macs = double(s.n * s.oh * s.ow * s.oc) * double(s.ic / s.groups * s.kh * s.kw);
  return {fmt::format("{} [{}, {}, {}, {}] -> {}, {}x{} {}{}", what, s.n, s.ic, s.ih, s.iw, s.oc, s.kh, s.kw,
                      kernels::cpu::conv_algorithm(plan), packed ? ", packed" : ""),
          2 * macs};
}

template <class... F> constexpr std::array<const char*, sizeof...(F)> names(TypeList<F...>) { return {F::name...}; }

/// What the steps of a chain compute, in order.
std::string steps(const kernels::ChainArgs& a) {
  using kernels::ChainOp;
  static constexpr auto kUnary = names(op::UnaryOps{});
  static constexpr auto kBinary = names(op::BinaryOps{});
  static constexpr auto kCompare = names(op::CompareOps{});
  std::string text;
  for (int i = 0; i < a.steps; ++i) {
    const kernels::ChainStep& s = a.step[i];
    text += i ? ", " : "";
    switch (s.kind) {
      case ChainOp::formula: text += kUnary[s.op]; break;
      case ChainOp::gradient: text += fmt::format("{}'", kUnary[s.op]); break;
      case ChainOp::pair: text += kBinary[s.op]; break;
      case ChainOp::comparison: text += kCompare[s.op]; break;
      case ChainOp::choice: text += "where"; break;
      case ChainOp::draw: text += "dropout"; break;
      case ChainOp::mask: text += "dropout'"; break;
      case ChainOp::cast: text += "cast"; break;
      case ChainOp::constant: text += "constant"; break;
    }
  }
  for (int i = 0; i < a.reductions; ++i) text += a.reduction[i].kind == kernels::Reduction::sum ? ", sum" : ", mean";
  return text;
}

Description pooling(const char* what, const kernels::PoolShape& s) {
  return {fmt::format("{}{} {}x{} [{}, {}, {}, {}]", what, s.relu ? " of relu" : "", s.kh, s.kw, s.n, s.c, s.ih, s.iw), 0};
}

template <class Args> Description norm(const char* what, const Args& a, const void* residual) {
  constexpr const char* kActivations[] = {"", " + relu", " + relu6"};
  return {fmt::format("{} [{}, {}]{}{}", what, a.rows, a.c, residual ? " + residual" : "", kActivations[int(a.activation)]), 0};
}

Description with_chain(Description d, const kernels::ChainArgs& chain) {
  d.text += fmt::format(" + [{}]", steps(chain));
  return d;
}

Description describe_one(const RecordedLaunch& launch) {
  if (const auto* a = match(launch, kernels::matmul)) return product(*a);
  if (const auto* a = match(launch, kernels::matmul_chain)) return with_chain(product(a->product), a->chain);
  if (const auto* a = match(launch, kernels::conv2d)) return convolution("conv2d", a->plan, a->packed);
  if (const auto* a = match(launch, kernels::conv2d_chain))
    return with_chain(convolution("conv2d", a->conv.plan, a->conv.packed), a->chain);
  if (const auto* a = match(launch, kernels::conv2d_max_pool)) {
    Description d = convolution("conv2d", a->conv.plan, a->conv.packed);
    d.text += " + " + pooling("max_pool2d", a->pool.shape).text;
    return d;
  }
  if (const auto* a = match(launch, kernels::conv2d_input_grad)) return convolution("conv2d_input_grad", a->plan, a->packed);
  if (const auto* a = match(launch, kernels::conv2d_input_grad_chain))
    return with_chain(convolution("conv2d_input_grad", a->conv.plan, a->conv.packed), a->chain);
  if (const auto* a = match(launch, kernels::conv2d_weight_grad)) return convolution("conv2d_weight_grad", a->plan, false);
  if (const auto* a = match(launch, kernels::max_pool2d)) return pooling("max_pool2d", a->shape);
  if (const auto* a = match(launch, kernels::max_pool2d_grad)) return pooling("max_pool2d_grad", a->shape);
  for (const auto* kernel : {&kernels::batch_norm, &kernels::batch_norm_statistics, &kernels::batch_norm_apply})
    if (const auto* a = match(launch, *kernel)) return norm(kernel->name, *a, a->residual);
  for (const auto* kernel : {&kernels::batch_norm_grad, &kernels::batch_norm_grad_sums, &kernels::batch_norm_grad_apply})
    if (const auto* a = match(launch, *kernel)) return norm(kernel->name, *a, a->dresidual);
  if (const auto* a = match(launch, kernels::chain))
    return {fmt::format("chain [{}, {}]: {}", a->rows, a->cols, steps(*a)), 0};
  return {launch.call.name, 0};
}

/// A member of a group, as the launch that it was.
Description member(const RecordedLaunch& group, std::size_t i) {
  const SampleGroup& g = *sample_group_of(group);
  RecordedLaunch one{};
  one.args = std::make_unique<std::byte[]>(g.members[i].size);
  std::copy_n(member_args(group, i), g.members[i].size, one.args.get());
  one.call.kernel = g.members[i].kernel;
  one.call.name = g.names[i];
  return describe_one(one);
}

}  // namespace

Description describe(const RecordedLaunch& launch) {
  const SampleGroup* const group = sample_group_of(launch);
  if (!group) return describe_one(launch);
  Description all{fmt::format("{} at a time:", group->chunk), 0};
  for (std::size_t i = 0; i < group->members.size(); ++i) {
    const Description d = member(launch, i);
    all.text += (i ? "; " : " ") + d.text;
    all.flops += d.flops;
  }
  return all;
}

}  // namespace lepton::detail
