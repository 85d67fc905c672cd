// Convolution kernels: plans are made once for a shape and looked up after that; their algorithms do the work. The
// gradient by the weight is in conv_weight.cpp.
#include "kernels/conv.hpp"

#include <memory>
#include <mutex>
#include <unordered_map>

#include "kernels/cpu/conv_plan.hpp"
#include "kernels/fused.hpp"

namespace lepton::kernels::cpu {
namespace {

struct Key {
  ConvShape shape;
  ConvPass pass;
  const ConvAlgorithm* algorithm;
  bool operator==(const Key&) const = default;
};

struct Hash {
  std::size_t operator()(const Key& key) const {
    const ConvShape& s = key.shape;
    std::size_t h = std::size_t(key.pass) * 31 + std::size_t(s.dtype) * 7 + std::size_t(s.compute);
    for (const std::int64_t v : {s.n, s.ic, s.ih, s.iw, s.oc, s.kh, s.kw, s.stride_h, s.stride_w, s.pad_h,
                                 s.pad_w, s.dilation_h, s.dilation_w, s.groups})
      h = (h ^ std::size_t(v)) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 32;
  }
};

struct PackedWeight {
  const void* weight;
  char* scratch;  // what is left of it
};

/// Packs the weight into the front of the scratch memory, where it is not packed.
PackedWeight packed_weight(const ConvPlan& plan, const void* weight, bool packed, void* scratch) {
  auto* const free = static_cast<char*>(scratch);
  if (plan.packed_bytes == 0 || packed) return {weight, free};
  plan.algorithm->pack(plan, weight, free);
  return {free, free + plan.packed_bytes};
}

void run(const ConvPlan& plan, const void* x, const void* weight, bool packed, const void* bias,
         const void* y, void* scratch, const Epilogue& done) {
  if (plan.shape.n == 0) return;
  const PackedWeight w = packed_weight(plan, weight, packed, scratch);
  plan.algorithm->run(
      plan, {const_cast<void*>(x), const_cast<void*>(w.weight), bias, const_cast<void*>(y), w.scratch}, done);
}

}  // namespace

const ConvPlan* prepare_conv(const ConvShape& shape, ConvPass pass, const char* algorithm) {
  static std::mutex mutex;
  static auto* plans = new std::unordered_map<Key, std::unique_ptr<ConvPlan>, Hash>;
  const ConvAlgorithm& chosen = choose_conv(shape, pass, algorithm);
  std::lock_guard lock(mutex);
  auto& plan = (*plans)[{shape, pass, &chosen}];
  if (!plan) {
    ConvPlan made{};
    made.shape = shape, made.pass = pass, made.algorithm = &chosen;
    if (shape.n > 0) chosen.prepare(made);
    made.packed_bytes = conv_aligned(made.packed_bytes);
    made.scratch_bytes = conv_aligned(made.scratch_bytes);
    made.sum_bytes = conv_aligned(made.sum_bytes);
    made.add_bytes = conv_aligned(made.add_bytes);
    plan = std::make_unique<ConvPlan>(made);
  }
  return plan.get();
}

const char* conv_algorithm(const ConvPlan* plan) { return plan->algorithm->name; }
const ConvShape& conv_shape(const ConvPlan* plan) { return plan->shape; }
std::size_t conv_packed_bytes(const ConvPlan* plan) { return plan->packed_bytes; }
std::size_t conv_scratch(const ConvPlan* plan, bool packed) {
  if (plan->pass == ConvPass::weight_grad) return conv_weight_scratch(*plan);
  return plan->scratch_bytes + (packed ? 0 : plan->packed_bytes);
}

void conv2d_pack(const ConvPackArgs& a, Stream) {
  if (a.plan->packed_bytes) a.plan->algorithm->pack(*a.plan, a.weight, a.packed);
}

bool conv_pools(const ConvPlan* plan, const PoolShape& p) {
  const ConvShape& s = plan->shape;
  return plan->algorithm->run_pooled && plan->pass == ConvPass::forward && s.dtype == f32 && p.dtype == f32 &&
         p.n == s.n && p.c == s.oc && p.ih == s.oh && p.iw == s.ow && p.kh == 2 && p.kw == 2 &&
         p.stride_h == 2 && p.stride_w == 2 && p.pad_h == 0 && p.pad_w == 0 && p.dilation_h == 1 &&
         p.dilation_w == 1 && 2 * p.oh <= p.ih && 2 * p.ow <= p.iw;
}

void conv2d_max_pool(const ConvPoolArgs& a, Stream) {
  const ConvPlan& plan = *a.conv.plan;
  if (plan.shape.n == 0 || a.pool.shape.oh == 0 || a.pool.shape.ow == 0) return;
  const PackedWeight weight = packed_weight(plan, a.conv.weight, a.conv.packed, a.conv.scratch);
  const ConvMemory memory{const_cast<void*>(a.conv.x), const_cast<void*>(weight.weight), a.conv.bias, nullptr,
                          weight.scratch};
  plan.algorithm->run_pooled(plan, memory, a.pool);
}

void conv2d(const ConvArgs& a, const Epilogue& done) {
  run(*a.plan, a.x, a.weight, a.packed, a.bias, a.y, a.scratch, done);
}
void conv2d_input_grad(const ConvInputGradArgs& a, const Epilogue& done) {
  run(*a.plan, a.dx, a.weight, a.packed, nullptr, a.g, a.scratch, done);
}
void conv2d(const ConvArgs& a, Stream) { conv2d(a, Epilogue{}); }
void conv2d_input_grad(const ConvInputGradArgs& a, Stream) { conv2d_input_grad(a, Epilogue{}); }

}  // namespace lepton::kernels::cpu
