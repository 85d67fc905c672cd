// Depthwise convolution: which shapes it serves, its packed weights, its passes.
#include "kernels/cpu/conv_depthwise.hpp"

#include "kernels/cpu/conv_plan.hpp"
#include "kernels/cpu/dispatch.hpp"

namespace lepton::kernels::cpu {
namespace {

bool supports(const ConvShape& s, ConvPass) {
  return s.dtype == f32 && s.compute == f32 && s.groups == s.ic && s.ic == s.oc;
}

GatherAxis rows_of(const ConvShape& s) {
  return {s.ih, s.oh, s.kh, s.stride_h, s.pad_h, s.dilation_h, false};
}
GatherAxis columns_of(const ConvShape& s) {
  return {s.iw, s.ow, s.kw, s.stride_w, s.pad_w, s.dilation_w, false};
}

/// The axis of the gradient by the input: it gathers from g.
GatherAxis back(GatherAxis a) { return {a.out, a.in, a.kernel, a.stride, a.pad, a.dilation, true}; }

DepthwiseWeightGrad weight_grad(const ConvPlan& plan, const float* x, const float* g, std::int64_t images) {
  return {rows_of(plan.shape), columns_of(plan.shape), images, plan.shape.ic, x, g};
}

void add_pictures(const ConvPlan& plan, const float* x, const float* g, std::int64_t count, void* sums, void*,
                  bool starts) {
  LEPTON_FOR_ISA(depthwise_weight_add)(weight_grad(plan, x, g, count), static_cast<float*>(sums), starts);
}

void finish_pictures(const ConvPlan& plan, const void* sums, std::int64_t shards, std::size_t step,
                     float* dw) {
  LEPTON_FOR_ISA(depthwise_weight_finish)
  (weight_grad(plan, nullptr, nullptr, 0), static_cast<const float*>(sums), shards,
   std::int64_t(step / sizeof(float)), dw);
}

constexpr ConvSums kSums{add_pictures, finish_pictures};

void prepare(ConvPlan& plan) {
  const ConvShape& s = plan.shape;
  if (plan.pass != ConvPass::weight_grad) plan.packed_bytes = std::size_t(s.kh * s.kw * s.ic) * sizeof(float);
  else plan.sum_bytes = std::size_t(depthwise_sums(weight_grad(plan, nullptr, nullptr, 0))) * sizeof(float);
}

void pack(const ConvPlan& plan, const void* weight, void* packed) {
  const auto* const from = static_cast<const float*>(weight);
  auto* const to = static_cast<float*>(packed);
  const std::int64_t c = plan.shape.ic, taps = plan.shape.kh * plan.shape.kw;
  for (std::int64_t t = 0; t < taps; ++t)
    for (std::int64_t i = 0; i < c; ++i) to[t * c + i] = from[i * taps + t];
}

void run(const ConvPlan& plan, const ConvMemory& m, const Epilogue& done) {
  const ConvShape& s = plan.shape;
  const GatherAxis rows = rows_of(s), columns = columns_of(s);
  auto *const x = static_cast<float*>(m.x), *const y = static_cast<float*>(m.y),
              *const w = static_cast<float*>(m.weight);
  switch (plan.pass) {
    case ConvPass::forward: {
      const DepthwiseGather job{rows, columns, s.n, s.ic, x, w, static_cast<const float*>(m.bias), y};
      return LEPTON_FOR_ISA(depthwise_gather)(job, done);
    }
    case ConvPass::input_grad: {
      const DepthwiseGather job{back(rows), back(columns), s.n, s.ic, y, w, nullptr, x};
      return LEPTON_FOR_ISA(depthwise_gather)(job, done);
    }
    case ConvPass::weight_grad: return;  // kSums
  }
}

}  // namespace

const ConvAlgorithm kDepthwiseConv{"depthwise", supports, nullptr, prepare, pack, run, &kSums};

}  // namespace lepton::kernels::cpu
