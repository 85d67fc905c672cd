// f32 convolution by oneDNN: a few images a call, each call on one thread, so that activations stay in L2 and
// nothing depends on the number of threads. Weights are turned into the primitive's layout once a kernel run.
#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>
#include <string>

#include "kernels/cpu/conv_plan.hpp"
#include "kernels/cpu/onednn.hpp"
#include "lepton/core/error.hpp"
#include "lepton/core/parallel.hpp"

namespace lepton::kernels::cpu {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

constexpr double kCallWork = 2e6;          // multiply-adds a call should have
constexpr std::int64_t kWeightShards = 8;  // parts of the batch whose weight gradients are summed at the end

/// One oneDNN primitive for a number of images, and the sizes that its calls need.
struct Primitive {
  dnnl::primitive primitive;
  memory::desc x, weight, y, scratchpad;  // as the primitive wants them; x and y are channels last
};

/// What a plan keeps.
struct State {
  std::int64_t images = 1;  // of a call; the batch is cut into calls, which run on several threads
  std::int64_t calls = 1;
  Primitive main, tail;  // for `images`, and for what is left over in the last call
  memory::desc plain_weight;
  dnnl::primitive reorder;  // weight to the layout that the primitive wants, or back
  // Where things lie in the scratch memory, in bytes.
  std::size_t weight_bytes = 0;  // one weight in the primitive's layout
  std::size_t pad_bytes = 0;     // a call's scratchpad
};

struct Descriptors {
  memory::desc x, weight, bias, y;
  memory::dims weight_dims, strides, dilates, pad_before, pad_after;
};

Descriptors describe(const ConvShape& s, std::int64_t images) {
  const auto type = memory::data_type::f32;
  // Padding behind may exceed padding before's share: oneDNN wants what the sizes imply.
  const auto after = [](std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride,
                        std::int64_t pad, std::int64_t dilation) {
    return (out - 1) * stride + dilation * (kernel - 1) + 1 - in - pad;
  };
  const memory::dims weight = s.groups == 1
                                  ? memory::dims{s.oc, s.ic, s.kh, s.kw}
                                  : memory::dims{s.groups, s.oc / s.groups, s.ic / s.groups, s.kh, s.kw};
  return {memory::desc({images, s.ic, s.ih, s.iw}, type, Tag::nhwc),
          memory::desc(weight, type, Tag::any),
          memory::desc({s.oc}, type, Tag::x),
          memory::desc({images, s.oc, s.oh, s.ow}, type, Tag::nhwc),
          weight,
          {s.stride_h, s.stride_w},
          {s.dilation_h - 1, s.dilation_w - 1},
          {s.pad_h, s.pad_w},
          {after(s.ih, s.oh, s.kh, s.stride_h, s.pad_h, s.dilation_h),
           after(s.iw, s.ow, s.kw, s.stride_w, s.pad_w, s.dilation_w)}};
}

// The two interfaces of oneDNN: version 2 makes a primitive's description from an operation's, version 3 at once.
constexpr auto kAlgorithm = dnnl::algorithm::convolution_direct;

dnnl::convolution_forward::primitive_desc forward_desc(const Descriptors& d,
                                                       const dnnl::primitive_attr& attr) {
  const auto prop = dnnl::prop_kind::forward_training;
#if DNNL_VERSION_MAJOR >= 3
  return {onednn_engine(), prop,      kAlgorithm,   d.x,         d.weight, d.bias, d.y,
          d.strides,       d.dilates, d.pad_before, d.pad_after, attr};
#else
  const dnnl::convolution_forward::desc desc(prop, kAlgorithm, d.x, d.weight, d.bias, d.y, d.strides,
                                             d.dilates, d.pad_before, d.pad_after);
  return {desc, attr, onednn_engine()};
#endif
}

dnnl::convolution_backward_data::primitive_desc input_grad_desc(const Descriptors& d,
                                                                const dnnl::primitive_attr& attr) {
#if DNNL_VERSION_MAJOR >= 3
  return {
      onednn_engine(),       kAlgorithm, d.x, d.weight, d.y, d.strides, d.dilates, d.pad_before, d.pad_after,
      forward_desc(d, attr), attr};
#else
  const dnnl::convolution_backward_data::desc desc(kAlgorithm, d.x, d.weight, d.y, d.strides, d.dilates,
                                                   d.pad_before, d.pad_after);
  return {desc, attr, onednn_engine(), forward_desc(d, attr)};
#endif
}

dnnl::convolution_backward_weights::primitive_desc weight_grad_desc(const Descriptors& d,
                                                                    const dnnl::primitive_attr& attr) {
#if DNNL_VERSION_MAJOR >= 3
  return {
      onednn_engine(),       kAlgorithm, d.x, d.weight, d.y, d.strides, d.dilates, d.pad_before, d.pad_after,
      forward_desc(d, attr), attr};
#else
  const dnnl::convolution_backward_weights::desc desc(kAlgorithm, d.x, d.weight, d.y, d.strides, d.dilates,
                                                      d.pad_before, d.pad_after);
  return {desc, attr, onednn_engine(), forward_desc(d, attr)};
#endif
}

Primitive make_primitive(const ConvShape& s, ConvPass pass, std::int64_t images) {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(
      dnnl::scratchpad_mode::user);  // the only mode in which several threads may call it
  const Descriptors d = describe(s, images);
  if (pass == ConvPass::forward) {
    const auto pd = forward_desc(d, attr);
    return {dnnl::convolution_forward(pd), pd.src_desc(), pd.weights_desc(), pd.dst_desc(),
            pd.scratchpad_desc()};
  }
  if (pass == ConvPass::input_grad) {
    const auto pd = input_grad_desc(d, attr);
    return {dnnl::convolution_backward_data(pd), pd.diff_src_desc(), pd.weights_desc(), pd.diff_dst_desc(),
            pd.scratchpad_desc()};
  }
  const auto pd = weight_grad_desc(d, attr);
  return {dnnl::convolution_backward_weights(pd), pd.src_desc(), pd.diff_weights_desc(), pd.diff_dst_desc(),
          pd.scratchpad_desc()};
}

/// Images of a call: enough work to be worth it, the same whatever the number of threads.
std::int64_t images_a_call(const ConvShape& s, ConvPass pass) {
  if (pass == ConvPass::weight_grad) return (s.n + kWeightShards - 1) / kWeightShards;
  const double work = double(s.oc) * double(s.ic / s.groups) * double(s.kh * s.kw) * double(s.oh * s.ow);
  return std::clamp<std::int64_t>(std::int64_t(kCallWork / work), 1, s.n);
}

/// One primitive call on images [first, first + count).
void run_call(const ConvPlan& plan, const Primitive& p, std::int64_t first, const ConvMemory& m, void* weight,
              const void* bias, char* pad) {
  const ConvShape& s = plan.shape;
  const auto& engine = onednn_engine();
  const SingleThreadedOpenMp single;
  const auto at = [first](void* base, std::int64_t image) {
    return static_cast<float*>(base) + first * image;
  };
  const memory mx(p.x, engine, at(m.x, s.ic * s.ih * s.iw)), my(p.y, engine, at(m.y, s.oc * s.oh * s.ow));
  const memory mw(p.weight, engine, weight), scratchpad(p.scratchpad, engine, pad);
  auto& stream = onednn_stream();
  switch (plan.pass) {
    case ConvPass::forward: {
      const memory mb(memory::desc({s.oc}, memory::data_type::f32, Tag::x), engine, const_cast<void*>(bias));
      p.primitive.execute(stream, {{DNNL_ARG_SRC, mx},
                                   {DNNL_ARG_WEIGHTS, mw},
                                   {DNNL_ARG_BIAS, mb},
                                   {DNNL_ARG_DST, my},
                                   {DNNL_ARG_SCRATCHPAD, scratchpad}});
      return;
    }
    case ConvPass::input_grad:
      p.primitive.execute(stream, {{DNNL_ARG_DIFF_SRC, mx},
                                   {DNNL_ARG_WEIGHTS, mw},
                                   {DNNL_ARG_DIFF_DST, my},
                                   {DNNL_ARG_SCRATCHPAD, scratchpad}});
      return;
    case ConvPass::weight_grad:
      p.primitive.execute(stream, {{DNNL_ARG_SRC, mx},
                                   {DNNL_ARG_DIFF_WEIGHTS, mw},
                                   {DNNL_ARG_DIFF_DST, my},
                                   {DNNL_ARG_SCRATCHPAD, scratchpad}});
  }
}

/// parts[0] += the other calls' weight gradients, in order.
void sum_parts(const State& state, float* parts) {
  const std::int64_t n = std::int64_t(state.weight_bytes / sizeof(float)), step = 1 << 14;
  parallel_for((n + step - 1) / step, [&](std::int64_t i) {
    for (std::int64_t c = 1; c < state.calls; ++c)
      for (std::int64_t j = i * step; j < std::min(n, (i + 1) * step); ++j) parts[j] += parts[c * n + j];
  });
}

void reorder(const State& state, void* plain, void* wanted, bool back) {
  const SingleThreadedOpenMp single;
  memory a(state.plain_weight, onednn_engine(), plain), b(state.main.weight, onednn_engine(), wanted);
  state.reorder.execute(onednn_stream(), {{DNNL_ARG_FROM, back ? b : a}, {DNNL_ARG_TO, back ? a : b}});
}

void make_primitives(const ConvPlan& plan, State& state) {
  const ConvShape& s = plan.shape;
  state.images = images_a_call(s, plan.pass);
  state.calls = (s.n + state.images - 1) / state.images;
  state.main = make_primitive(s, plan.pass, state.images);
  if (const std::int64_t rest = s.n % state.images) {
    state.tail = make_primitive(s, plan.pass, rest);
    // Both read (or add into) one weight: where the library would choose two layouts, every call is alike.
    if (state.tail.weight != state.main.weight) {
      state.images = std::gcd(state.images, rest);
      state.calls = s.n / state.images;
      state.main = make_primitive(s, plan.pass, state.images);
      state.tail = {};
    }
  }
  state.plain_weight = memory::desc(describe(s, 1).weight_dims, memory::data_type::f32,
                                    s.groups == 1 ? Tag::oihw : Tag::goihw);
  const memory a(state.plain_weight, onednn_engine(), DNNL_MEMORY_NONE),
      b(state.main.weight, onednn_engine(), DNNL_MEMORY_NONE);
  const bool back = plan.pass == ConvPass::weight_grad;
  state.reorder = dnnl::reorder(back ? b : a, back ? a : b);
}

bool supports(const ConvShape& s, ConvPass) { return s.dtype == f32 && s.compute == f32; }

// Its layouts depend on the picture, so that weights are not packed beforehand but in every run.
void prepare(ConvPlan& plan) {
  const ConvShape& s = plan.shape;
  auto made = std::make_unique<State>();
  State& state = *made;
  try {
    const SingleThreadedOpenMp single;
    make_primitives(plan, state);
  } catch (const dnnl::error& e) {
    throw Error("conv2d", std::string("oneDNN cannot do this convolution: ") + e.what());
  }
  state.weight_bytes = conv_aligned(state.main.weight.get_size());
  state.pad_bytes = conv_aligned(state.main.scratchpad.get_size());
  if (state.tail.primitive)
    state.pad_bytes = std::max(state.pad_bytes, conv_aligned(state.tail.scratchpad.get_size()));
  const auto weights = std::size_t(plan.pass == ConvPass::weight_grad ? state.calls : 1);
  plan.scratch_bytes = weights * state.weight_bytes + std::size_t(state.calls) * state.pad_bytes +
                       conv_aligned(std::size_t(s.oc) * sizeof(float));
  plan.state = made.release();
}

void run(const ConvPlan& plan, const ConvMemory& m, const Epilogue& done) {
  const ConvShape& s = plan.shape;
  const State& state = *static_cast<const State*>(plan.state);
  const bool back = plan.pass == ConvPass::weight_grad;
  char* const weights = static_cast<char*>(m.scratch);
  char* const pads = weights + std::size_t(back ? state.calls : 1) * state.weight_bytes;
  char* const zeros = pads + std::size_t(state.calls) * state.pad_bytes;
  const void* const bias = m.bias ? m.bias : zeros;
  if (!m.bias) std::memset(zeros, 0, std::size_t(s.oc) * sizeof(float));
  if (!back) reorder(state, m.weight, weights, false);
  parallel_for(state.calls, [&](std::int64_t c) {
    const Primitive& p = state.tail.primitive && c + 1 == state.calls ? state.tail : state.main;
    const std::int64_t first = c * state.images, last = std::min(s.n, first + state.images);
    run_call(plan, p, first, m, weights + (back ? std::size_t(c) * state.weight_bytes : 0), bias,
             pads + std::size_t(c) * state.pad_bytes);
    if (!done) return;
    const bool forward = plan.pass == ConvPass::forward;
    const std::int64_t pixels = forward ? s.oh * s.ow : s.ih * s.iw;
    done(first * pixels, last * pixels, 0, forward ? s.oc : s.ic);
  });
  if (back) {
    sum_parts(state, reinterpret_cast<float*>(weights));
    reorder(state, m.weight, weights, true);
  }
}

}  // namespace

const ConvAlgorithm kOneDnnConv{"onednn", supports, nullptr, prepare, nullptr, run};

}  // namespace lepton::kernels::cpu
