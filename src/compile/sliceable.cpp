// Which launches can run for a part of the batch, and how their arguments follow.
#include <cstddef>

#include "kernels/batch_norm.hpp"
#include "kernels/fused.hpp"
#include "kernels/pointwise.hpp"
#include "kernels/pool.hpp"
#include "lepton/core/parallel.hpp"
#include "src/compile/sample_group.hpp"

namespace lepton::detail {
namespace {

using kernels::cpu::ConvPass;

template <class Args> const Args* match(const RecordedLaunch& l, const kernels::Kernel<Args>& kernel) {
  return l.call.kernel == &kernel ? reinterpret_cast<const Args*>(l.args.get()) : nullptr;
}

std::size_t picture(std::int64_t c, std::int64_t h, std::int64_t w, DType dtype) {
  return std::size_t(c * h * w) * size_of(dtype);
}

// Convolutions: another plan for another number of pictures.

template <class Args> const kernels::ConvPlan* plan_for(const Args& a, ConvPass pass, std::int64_t count) {
  kernels::ConvShape shape = kernels::cpu::conv_shape(a.plan);
  shape.n = count;
  return kernels::cpu::prepare_conv(shape, pass, kernels::cpu::conv_algorithm(a.plan));
}

template <class Args, class Conv, ConvPass pass> Sliceable convolution(const Args& args, const Conv& a) {
  const kernels::ConvShape& s = kernels::cpu::conv_shape(a.plan);
  Sliceable r;
  r.samples = s.n;
  const std::size_t x = picture(s.ic, s.ih, s.iw, s.dtype), y = picture(s.oc, s.oh, s.ow, s.dtype);
  const auto add = [&](const void* field, Along along, std::size_t bytes) {
    r.pointers.push_back({field_of(field, &args), along, bytes});
  };
  if constexpr (pass == ConvPass::forward) {
    add(&a.x, Along::sample, x);
    add(&a.y, Along::sample, y);
    add(&a.bias, Along::fixed, 0);
  } else {
    add(&a.g, Along::sample, y);
    add(&a.dx, Along::sample, x);
  }
  add(&a.weight, Along::fixed, 0);
  add(&a.scratch, Along::worker, 0);
  r.weight_bytes = kernels::cpu::conv_packed_bytes(a.plan);
  return r;
}

/// The chain behind a convolution, whose rows are the pixels of its pictures. False where it cannot be cut.
bool add_chain(Sliceable& r, const void* args, const kernels::ChainArgs& chain, std::int64_t samples) {
  const std::int64_t rows = chain.rows == 1 ? chain.cols : chain.rows;
  if (chain.reductions > 0 || rows % samples != 0) return false;
  for (int i = 0; i < chain.steps; ++i)
    if (chain.step[i].mask) return false;
  for (int k = 0; k < chain.operands; ++k) {
    const auto& o = chain.operand[k];
    const std::int64_t step = chain.rows == 1 ? o.col_stride : o.row_stride;
    r.pointers.push_back({field_of(&o.data, args), step == 0 ? Along::fixed : Along::sample,
                          std::size_t(step * (rows / samples)) * size_of(o.dtype)});
  }
  return true;
}

void resize_chain(kernels::ChainArgs& chain, std::int64_t samples, std::int64_t count) {
  (chain.rows == 1 ? chain.cols : chain.rows) = (chain.rows == 1 ? chain.cols : chain.rows) / samples * count;
}

template <class Conv, ConvPass pass> Sliceable plain(const Conv& a) {
  Sliceable r = convolution<Conv, Conv, pass>(a, a);
  r.prepare = [](const void* args, std::int64_t count) -> const void* {
    return plan_for(*static_cast<const Conv*>(args), pass, count);
  };
  r.scratch = [](const void* prepared) {
    return kernels::cpu::conv_scratch(static_cast<const kernels::ConvPlan*>(prepared), true);
  };
  r.resize = [](void* args, std::int64_t, const void* prepared) {
    static_cast<Conv*>(args)->plan = static_cast<const kernels::ConvPlan*>(prepared);
  };
  return r;
}

template <class Args, class Conv, ConvPass pass> Sliceable chained(const Args& a) {
  Sliceable r = convolution<Args, Conv, pass>(a, a.conv);
  if (!add_chain(r, &a, a.chain, r.samples)) return {};
  r.prepare = [](const void* args, std::int64_t count) -> const void* {
    return plan_for(static_cast<const Args*>(args)->conv, pass, count);
  };
  r.scratch = plain<Conv, pass>(a.conv).scratch;
  r.resize = [](void* args, std::int64_t count, const void* prepared) {
    auto& to = *static_cast<Args*>(args);
    resize_chain(to.chain, kernels::cpu::conv_shape(to.conv.plan).n, count);
    to.conv.plan = static_cast<const kernels::ConvPlan*>(prepared);
  };
  return r;
}

// Pooling: pictures are counted in the shape.

template <class Args>
Sliceable pooling(const Args& a, const void* inner, const void* outer, const void* where) {
  const kernels::PoolShape& s = a.shape;
  Sliceable r;
  r.samples = s.n;
  r.pointers = {{field_of(inner, &a), Along::sample, picture(s.c, s.ih, s.iw, s.dtype)},
                {field_of(outer, &a), Along::sample, picture(s.c, s.oh, s.ow, s.dtype)},
                {field_of(where, &a), Along::sample, picture(s.c, s.oh, s.ow, u8)}};
  r.resize = [](void* args, std::int64_t count, const void*) { static_cast<Args*>(args)->shape.n = count; };
  return r;
}

/// A convolution that pools: the pooled picture is the result.
Sliceable pooled(const kernels::ConvPoolArgs& a) {
  using Args = kernels::ConvPoolArgs;
  Sliceable r = convolution<Args, kernels::ConvArgs, ConvPass::forward>(a, a.conv);
  std::erase_if(r.pointers, [&](const SamplePointer& p) { return p.field == field_of(&a.conv.y, &a); });
  const kernels::PoolShape& s = a.pool.shape;
  r.pointers.push_back({field_of(&a.pool.y, &a), Along::sample, picture(s.c, s.oh, s.ow, s.dtype)});
  r.pointers.push_back({field_of(&a.pool.where, &a), Along::sample, picture(s.c, s.oh, s.ow, u8)});
  r.prepare = [](const void* args, std::int64_t count) -> const void* {
    return plan_for(static_cast<const Args*>(args)->conv, ConvPass::forward, count);
  };
  r.scratch = plain<kernels::ConvArgs, ConvPass::forward>(a.conv).scratch;
  r.resize = [](void* args, std::int64_t count, const void* prepared) {
    static_cast<Args*>(args)->conv.plan = static_cast<const kernels::ConvPlan*>(prepared);
    static_cast<Args*>(args)->pool.shape.n = count;
  };
  return r;
}

/// The gradient by the weight is a sum over samples.
Sliceable weight_grad(const kernels::ConvWeightGradArgs& a) {
  using Args = kernels::ConvWeightGradArgs;
  const kernels::ConvShape& s = kernels::cpu::conv_shape(a.plan);
  Sliceable r;
  r.shards = kernels::cpu::conv_weight_shards(a.plan);
  if (r.shards == 0) return r;
  r.samples = s.n;
  r.pointers = {{field_of(&a.x, &a), Along::sample, picture(s.ic, s.ih, s.iw, s.dtype)},
                {field_of(&a.g, &a), Along::sample, picture(s.oc, s.oh, s.ow, s.dtype)},
                {field_of(&a.dw, &a), Along::fixed, 0},
                {field_of(&a.db, &a), Along::fixed, 0},
                {field_of(&a.scratch, &a), Along::shared, 0}};
  r.add = [](const void* args, const SamplePart& part) {
    const auto& to = *static_cast<const Args*>(args);
    kernels::cpu::conv2d_weight_add(to, {part.count, part.shard, part.starts,
                                         kernels::cpu::conv_weight_thread_scratch(to, worker_index())});
  };
  r.finish = [](const void* args) { kernels::cpu::conv2d_weight_finish(*static_cast<const Args*>(args)); };
  r.shared = [](const void* args, int workers) {
    return kernels::cpu::conv_weight_scratch(static_cast<const Args*>(args)->plan, workers);
  };
  return r;
}

/// A copy from sample to sample, in whatever order what it has of one.
Sliceable copying(const kernels::CopyArgs& a) {
  const kernels::Walk& w = a.walk;
  Sliceable r;
  if (w.rank < 2 || w.stride[0][0] <= 0 || w.stride[1][0] <= 0) return r;
  r.samples = w.size[0];
  r.pointers = {{field_of(&a.x, &a), Along::sample, std::size_t(w.stride[0][0]) * size_of(a.from)},
                {field_of(&a.y, &a), Along::sample, std::size_t(w.stride[1][0]) * size_of(a.to)}};
  r.resize = [](void* args, std::int64_t count, const void*) {
    kernels::Walk& walk = static_cast<kernels::CopyArgs*>(args)->walk;
    walk.n = walk.n / walk.size[0] * count;
    walk.size[0] = count;
  };
  return r;
}

// Batch normalisation: a picture is rows of channels.

template <class Args> class NormSlice {
 public:
  explicit NormSlice(const Args& args)
      : args_(args), picture_(std::size_t(args.rows / args.images * args.c) * size_of(args.dtype)) {
    if (kernels::cpu::batch_norm_has_parts(args.rows, args.images)) slice.samples = args.images;
  }
  template <class... Fields> NormSlice& pictures(const Fields&... fields) {
    return add(Along::sample, picture_, fields...);
  }
  template <class... Fields> NormSlice& vectors(const Fields&... fields) {
    return add(Along::fixed, 0, fields...);
  }

  Sliceable slice;

 private:
  template <class... Fields> NormSlice& add(Along along, std::size_t bytes, const Fields&... fields) {
    (slice.pointers.push_back({field_of(&fields, &args_), along, bytes}), ...);
    return *this;
  }
  const Args& args_;
  const std::size_t picture_;
};

/// `run` on the arguments of a part.
template <class Args, void (*run)(const Args&, const kernels::BatchNormPart&)>
void run_norm_part(const void* args, const SamplePart& part) {
  run(*static_cast<const Args*>(args), {part.count, part.shard, part.starts});
}

Sliceable norm_statistics(const kernels::BatchNormArgs& a) {
  NormSlice n(a);
  n.pictures(a.x).vectors(a.running_mean, a.running_var, a.mean, a.rstd, a.mean_rest, a.scratch);
  n.slice.shards = kernels::kBatchNormShards;
  n.slice.add = run_norm_part<kernels::BatchNormArgs, kernels::cpu::batch_norm_add>;
  n.slice.finish = [](const void* args) {
    kernels::cpu::batch_norm_finish(*static_cast<const kernels::BatchNormArgs*>(args));
  };
  return n.slice;
}

Sliceable norm_apply(const kernels::BatchNormArgs& a) {
  NormSlice n(a);
  n.pictures(a.x, a.residual, a.y).vectors(a.weight, a.bias, a.mean, a.rstd, a.mean_rest);
  n.slice.add = run_norm_part<kernels::BatchNormArgs, kernels::cpu::batch_norm_apply_part>;
  return n.slice;
}

Sliceable norm_grad_sums(const kernels::BatchNormGradArgs& a) {
  using Args = kernels::BatchNormGradArgs;
  NormSlice n(a);
  n.pictures(a.x, a.g, a.y, a.dresidual)
      .vectors(a.weight, a.bias, a.mean, a.rstd, a.mean_rest, a.dweight, a.dbias, a.scratch);
  n.slice.shards = kernels::kBatchNormShards;
  n.slice.add = run_norm_part<Args, kernels::cpu::batch_norm_grad_add>;
  n.slice.finish = [](const void* args) {
    kernels::cpu::batch_norm_grad_finish(*static_cast<const Args*>(args));
  };
  return n.slice;
}

Sliceable norm_grad_apply(const kernels::BatchNormGradArgs& a) {
  NormSlice n(a);
  n.pictures(a.x, a.g, a.y, a.dresidual, a.dx)
      .vectors(a.weight, a.bias, a.mean, a.rstd, a.mean_rest, a.dweight, a.dbias);
  n.slice.add = run_norm_part<kernels::BatchNormGradArgs, kernels::cpu::batch_norm_grad_apply_part>;
  return n.slice;
}

/// A weight that would be packed anew for each sample is not read sample by sample.
template <class Conv> bool ready(const Conv& a) {
  return a.packed || kernels::cpu::conv_packed_bytes(a.plan) == 0;
}

}  // namespace

Sliceable sliceable(const RecordedLaunch& l) {
  using namespace kernels;
  if (const auto* a = match(l, conv2d))
    return ready(*a) ? plain<ConvArgs, ConvPass::forward>(*a) : Sliceable{};
  if (const auto* a = match(l, conv2d_max_pool)) return ready(a->conv) ? pooled(*a) : Sliceable{};
  if (const auto* a = match(l, conv2d_chain))
    return ready(a->conv) ? chained<ConvChainArgs, ConvArgs, ConvPass::forward>(*a) : Sliceable{};
  if (const auto* a = match(l, conv2d_input_grad))
    return ready(*a) ? plain<ConvInputGradArgs, ConvPass::input_grad>(*a) : Sliceable{};
  if (const auto* a = match(l, conv2d_input_grad_chain))
    return ready(a->conv) ? chained<ConvInputGradChainArgs, ConvInputGradArgs, ConvPass::input_grad>(*a)
                          : Sliceable{};
  if (const auto* a = match(l, conv2d_weight_grad)) return weight_grad(*a);
  if (const auto* a = match(l, batch_norm_statistics)) return norm_statistics(*a);
  if (const auto* a = match(l, batch_norm_apply)) return norm_apply(*a);
  if (const auto* a = match(l, batch_norm_grad_sums)) return norm_grad_sums(*a);
  if (const auto* a = match(l, batch_norm_grad_apply)) return norm_grad_apply(*a);
  if (const auto* a = match(l, copy)) return copying(*a);
  if (const auto* a = match(l, max_pool2d)) return pooling(*a, &a->x, &a->y, &a->where);
  if (const auto* a = match(l, max_pool2d_grad)) return pooling(*a, &a->dx, &a->g, &a->where);
  return {};
}

}  // namespace lepton::detail
