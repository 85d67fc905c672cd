// Runs of a product or a convolution on memory of its own.
#include "src/compile/tune_runs.hpp"

#include <algorithm>

#include "lepton/core/parallel.hpp"
#include "lepton/ops/random.hpp"
#include "src/tensor/make.hpp"

namespace lepton::detail {
namespace {

using namespace kernels::cpu;

/// Numbers whose products are of everyday size.
Tensor filled(std::int64_t count) {
  Generator generator(1);
  return uniform({std::max<std::int64_t>(count, 1)}, -1, 1, generator);
}

kernels::MatmulArgs product_of(const Query& q) {
  using enum Size;
  kernels::MatmulArgs args{};
  args.batch = q[batch], args.m = q[m], args.n = q[n], args.k = q[k];
  args.trans_a = q[trans_a] != 0, args.trans_b = q[trans_b] != 0;
  args.lda = args.trans_a ? args.m : args.k;
  args.ldb = args.trans_b ? args.k : args.n;
  args.batch_stride_a = args.m * args.k;
  args.batch_stride_b = args.k * args.n;
  args.dtype = f32;
  return args;
}

}  // namespace

std::vector<Choice> ways_for(const Query& q) {
  if (q.images == 0 || q[Size::work] == 0) return {};
  std::vector<Choice> ways;
  for (const DType type : {f32, bf16}) {
    if (type != f32 && type != q.allowed) continue;
    if (q.op == ChoiceOp::matmul) {
      ways.push_back({type});
      continue;
    }
    kernels::ConvShape shape = conv_shape(q);
    shape.compute = type;
    const ConvAlgorithmNames names = conv_algorithms(shape, conv_pass(q.op));
    for (int i = 0; i < names.count; ++i) ways.push_back({type, names.name[i]});
  }
  return ways;
}

TuneRuns::TuneRuns(const Query& q, const std::vector<Choice>& ways) : query_(q) {
  if (q.op == ChoiceOp::matmul) prepare_matmul(ways);
  else prepare_conv(ways);
}

void TuneRuns::prepare_matmul(const std::vector<Choice>& ways) {
  kernels::MatmulArgs args = product_of(query_);
  a_ = filled(args.batch * args.batch_stride_a);
  b_ = filled(args.batch * args.batch_stride_b);
  c_ = filled(args.batch * args.m * args.n);
  args.a = a_.raw();
  args.b = b_.raw();
  args.c = c_.raw();
  for (const Choice& way : ways) {
    args.compute = way.compute;
    products_.push_back(args);
  }
}

void TuneRuns::prepare_conv(const std::vector<Choice>& ways) {
  const kernels::ConvShape shape = conv_shape(query_);
  a_ = filled(shape.n * shape.ic * shape.ih * shape.iw);
  b_ = filled(shape.oc * (shape.ic / shape.groups) * shape.kh * shape.kw);
  c_ = filled(shape.n * shape.oc * shape.oh * shape.ow);
  std::size_t scratch = 64;
  for (const Choice& way : ways) {
    kernels::ConvShape s = shape;
    s.compute = way.compute;
    plans_.push_back(kernels::cpu::prepare_conv(s, conv_pass(query_.op), way.algorithm));
    scratch = std::max(scratch, conv_scratch(plans_.back()));
  }
  scratch_ = make_tensor(Spec({std::int64_t(scratch)}, u8), kCpu);
}

void TuneRuns::run(std::size_t i) const {
  const FlushDenormals flush;
  switch (query_.op) {
    case ChoiceOp::matmul: kernels::cpu::matmul(products_[i], Stream{}); return;
    case ChoiceOp::conv2d:
      kernels::cpu::conv2d({a_.raw(), b_.raw(), nullptr, c_.raw(), scratch_.raw(), plans_[i], false}, Stream{});
      return;
    case ChoiceOp::conv2d_input_grad:
      kernels::cpu::conv2d_input_grad({c_.raw(), b_.raw(), a_.raw(), scratch_.raw(), plans_[i], false}, Stream{});
      return;
    case ChoiceOp::conv2d_weight_grad:
      kernels::cpu::conv2d_weight_grad({a_.raw(), c_.raw(), b_.raw(), scratch_.raw(), plans_[i], nullptr}, Stream{});
  }
}

}  // namespace lepton::detail
