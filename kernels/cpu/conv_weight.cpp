// Gradients of a convolution by its weight and its bias: the batch is cut into shards, whose number follows from its size
// alone; each has sums of its own, which are added in order.
#include <algorithm>
#include <cstring>

#include "kernels/cpu/conv_bias.hpp"
#include "kernels/cpu/conv_plan.hpp"
#include "kernels/cpu/dispatch.hpp"
#include "kernels/cpu/shards.hpp"
#include "kernels/cpu/slots.hpp"

namespace lepton::kernels::cpu {
namespace {

constexpr std::int64_t kMostShards = 8;

std::int64_t shard_count(const ConvPlan& plan) { return std::min(plan.shape.n, kMostShards); }
std::size_t element_size(const ConvShape& s) { return size_of(s.dtype); }

// Scratch memory: for every shard its sums of the weight and of the bias; then what threads, or the algorithm, need.
std::size_t shard_bytes(const ConvPlan& plan) {
  return plan.sum_bytes + conv_aligned(std::size_t(plan.shape.oc) * element_size(plan.shape));
}
char* sums_of(const ConvWeightGradArgs& args, std::int64_t shard) {
  return static_cast<char*>(args.scratch) + std::size_t(shard) * shard_bytes(*args.plan);
}
char* rest_of(const ConvWeightGradArgs& args) { return sums_of(args, shard_count(*args.plan)); }

const char* picture(const void* all, std::int64_t i, std::int64_t numbers, const ConvShape& s) {
  return static_cast<const char*>(all) + std::size_t(i * numbers) * element_size(s);
}

/// Picture by picture, so that parts of a shard give the bits of the whole.
void add_bias(const ConvWeightGradArgs& args, const void* g, std::int64_t count, std::int64_t shard, bool starts) {
  const ConvShape& s = args.plan->shape;
  for (std::int64_t i = 0; i < count; ++i)
    LEPTON_FOR_ISA(add_pixels)
    ({.g = picture(g, i, s.oh * s.ow * s.oc, s),
      .pixels = s.oh * s.ow,
      .channels = s.oc,
      .sums = sums_of(args, shard) + args.plan->sum_bytes,
      .dtype = s.dtype,
      .starts = starts && i == 0});
}

template <class T> void add_shards(const ConvWeightGradArgs& args, T* db) {
  const std::size_t size = args.plan->sum_bytes;
  for (std::int64_t c = 0; c < args.plan->shape.oc; ++c) {
    T sum = 0;
    for (std::int64_t shard = 0; shard < shard_count(*args.plan); ++shard)
      sum += reinterpret_cast<const T*>(sums_of(args, shard) + size)[c];
    db[c] = sum;
  }
}

void finish_bias(const ConvWeightGradArgs& args) {
  if (args.plan->shape.dtype == f64) add_shards(args, static_cast<double*>(args.db));
  else add_shards(args, static_cast<float*>(args.db));
}

void clear(const ConvWeightGradArgs& args) {
  const ConvShape& s = args.plan->shape;
  std::memset(args.dw, 0, element_size(s) * std::size_t(s.oc * (s.ic / s.groups) * s.kh * s.kw));
  if (args.db) std::memset(args.db, 0, element_size(s) * std::size_t(s.oc));
}

/// visit(shard, its first picture, their number) for every shard, on several threads.
template <class Visit> void for_shards(const ConvPlan& plan, Visit&& visit) {
  parallel_for(shard_count(plan), [&](std::int64_t shard) {
    const Range range = shard_range(plan.shape.n, shard_count(plan), shard);
    visit(shard, range.begin, range.end - range.begin);
  });
}

}  // namespace

std::size_t conv_weight_scratch(const ConvPlan& plan) {
  if (plan.sum_bytes) return conv_weight_scratch(&plan, slot_count(shard_count(plan)));
  return std::size_t(shard_count(plan)) * shard_bytes(plan) + plan.scratch_bytes;
}

std::size_t conv_weight_scratch(const ConvPlan* plan, std::int64_t threads) {
  return std::size_t(shard_count(*plan)) * shard_bytes(*plan) + std::size_t(threads) * plan->add_bytes;
}

void* conv_weight_thread_scratch(const ConvWeightGradArgs& args, std::int64_t thread) {
  return rest_of(args) + std::size_t(thread) * args.plan->add_bytes;
}

std::int64_t conv_weight_shards(const ConvPlan* plan) { return plan->sum_bytes ? shard_count(*plan) : 0; }

void conv2d_weight_add(const ConvWeightGradArgs& args, const ConvWeightPart& part) {
  args.plan->algorithm->sums->add(*args.plan, static_cast<const float*>(args.x), static_cast<const float*>(args.g),
                                  part.count, sums_of(args, part.shard), part.scratch, part.starts);
  if (args.db) add_bias(args, args.g, part.count, part.shard, part.starts);
}

void conv2d_weight_finish(const ConvWeightGradArgs& args) {
  const ConvPlan& plan = *args.plan;
  plan.algorithm->sums->finish(plan, args.scratch, shard_count(plan), shard_bytes(plan), static_cast<float*>(args.dw));
  if (args.db) finish_bias(args);
}

void conv2d_weight_grad(const ConvWeightGradArgs& args, Stream) {
  const ConvPlan& plan = *args.plan;
  const ConvShape& s = plan.shape;
  if (s.n == 0) return clear(args);
  const std::int64_t y_size = s.oh * s.ow * s.oc, x_size = s.ih * s.iw * s.ic;
  if (plan.sum_bytes) {
    Slots slots(rest_of(args), slot_count(shard_count(plan)), plan.add_bytes);
    for_shards(plan, [&](std::int64_t shard, std::int64_t first, std::int64_t count) {
      const Slots::Lease slot(slots);
      ConvWeightGradArgs part = args;
      part.x = picture(args.x, first, x_size, s), part.g = picture(args.g, first, y_size, s);
      conv2d_weight_add(part, {count, shard, true, slot.get()});
    });
    return conv2d_weight_finish(args);
  }
  if (args.db) {
    for_shards(plan, [&](std::int64_t shard, std::int64_t first, std::int64_t count) {
      add_bias(args, picture(args.g, first, y_size, s), count, shard, true);
    });
    finish_bias(args);
  }
  plan.algorithm->run(
      plan, {const_cast<void*>(args.x), args.dw, nullptr, const_cast<void*>(args.g), rest_of(args)}, Epilogue{});
}

}  // namespace lepton::kernels::cpu
