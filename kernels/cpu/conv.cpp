// Convolution kernels: plans are made once for a shape and looked up after that.
#include "kernels/conv.hpp"

#include <cstring>
#include <mutex>
#include <string_view>

#include "kernels/cpu/conv_plan.hpp"

namespace lepton::kernels::cpu {
namespace {

struct Key {
  ConvShape shape;
  ConvPass pass;
  bool operator==(const Key&) const = default;
};

struct Hash {
  std::size_t operator()(const Key& key) const {
    const ConvShape& s = key.shape;
    std::size_t h = std::size_t(key.pass) * 31 + std::size_t(s.dtype);
    for (const std::int64_t v : {s.n, s.ic, s.ih, s.iw, s.oc, s.kh, s.kw, s.stride_h, s.stride_w, s.pad_h, s.pad_w,
                                 s.dilation_h, s.dilation_w, s.groups})
      h = (h ^ std::size_t(v)) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 32;
  }
};

void run(const ConvPlan& plan, const void* x, const void* weight, const void* bias, const void* y, void* scratch) {
  if (plan.shape.n == 0 && plan.pass != ConvPass::weight_grad) return;
  const auto s = static_cast<char*>(scratch);
  if (plan.shape.dtype == f32)
    return run_onednn(plan, x, const_cast<void*>(weight), bias, const_cast<void*>(y), s);
  run_gathered(plan, static_cast<const double*>(x), static_cast<double*>(const_cast<void*>(weight)),
               static_cast<const double*>(bias), static_cast<double*>(const_cast<void*>(y)), s);
}

}  // namespace

const ConvPlan* prepare_conv(const ConvShape& shape, ConvPass pass) {
  static std::mutex mutex;
  static auto* plans = new std::unordered_map<Key, std::unique_ptr<ConvPlan>, Hash>;
  std::lock_guard lock(mutex);
  auto& plan = (*plans)[{shape, pass}];
  if (!plan) {
    auto made = std::make_unique<ConvPlan>();
    made->shape = shape;
    made->pass = pass;
    if (shape.dtype == f32) plan_onednn(*made);
    else plan_gathered(*made);
    plan = std::move(made);
  }
  return plan.get();
}

std::size_t conv_scratch(const ConvPlan* plan) { return plan->scratch_bytes; }

void conv2d(const ConvArgs& a, Stream) { run(*a.plan, a.x, a.weight, a.bias, a.y, a.scratch); }
void conv2d_input_grad(const ConvInputGradArgs& a, Stream) { run(*a.plan, a.dx, a.weight, nullptr, a.g, a.scratch); }
void conv2d_weight_grad(const ConvWeightGradArgs& a, Stream) { run(*a.plan, a.x, a.dw, nullptr, a.g, a.scratch); }

void conv2d(const ConvArgs& a, const Epilogue& done) {
  conv2d(a, Stream{});
  const ConvShape& s = a.plan->shape;
  if (done) done(0, s.n * s.oh * s.ow, 0, s.oc);
}
void conv2d_input_grad(const ConvInputGradArgs& a, const Epilogue& done) {
  conv2d_input_grad(a, Stream{});
  const ConvShape& s = a.plan->shape;
  if (done) done(0, s.n * s.ih * s.iw, 0, s.ic);
}

}  // namespace lepton::kernels::cpu
