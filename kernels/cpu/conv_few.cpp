// Convolution of pictures with few channels: which shapes it serves, how it is cut into bands, its packed weights.
#include "kernels/cpu/conv_few_plan.hpp"

#include <algorithm>

#include "kernels/cpu/bf16_rows.hpp"
#include "kernels/cpu/slots.hpp"

namespace lepton::kernels::cpu {
namespace {

constexpr std::int64_t kMostChannels = 4;
constexpr std::int64_t kFewestOutputs = 8;     // fewer leave most of a vector empty
constexpr std::int64_t kBandBytes = 32 << 10;  // of y: a band stays in L1 or nearly

FewState make_state(const ConvShape& s, ConvPass pass) {
  FewState t{};
  const bool rounds = s.compute == bf16, copies = rounds || s.pad_h > 0 || s.pad_w > 0;
  t.lines = std::clamp<std::int64_t>(kBandBytes / (s.ow * s.oc * std::int64_t(sizeof(float))), 1, s.oh);
  t.bands = (s.oh + t.lines - 1) / t.lines, t.band_count = t.bands * s.n;
  t.pitch = s.iw + 2 * s.pad_w;
  t.room_lines = copies ? (std::max<std::int64_t>(t.lines, 2) - 1) * s.stride_h + (s.kh - 1) * s.dilation_h + 1 : 0;
  const bool together = s.dilation_w == 1;  // a line of a window lies together
  t.window = {s.kh,
              together ? 1 : s.kw,
              together ? s.kw * s.ic : s.ic,
              s.dilation_h * t.pitch * s.ic,
              s.dilation_w * s.ic,
              nullptr,
              nullptr,
              0,
              0};
  for (std::int64_t i = 0; i < t.window.size(); ++i) {
    const std::int64_t tap = i / s.ic;
    t.offsets.push_back(tap / s.kw * t.window.row_step + tap % s.kw * t.window.run_step + i % s.ic);
  }
  for (const bool last : {false, true})
    for (std::int64_t i = 0; i < t.window.size(); ++i) {
      const std::int64_t in_run = i % t.window.run;
      if (in_run % 2 == 0 && (in_run + 1 == t.window.run) == last) t.pair_offsets.push_back(t.offsets[std::size_t(i)]);
    }
  t.window.lasts = t.window.run % 2 * t.window.rows * t.window.runs;
  t.window.pairs = std::int64_t(t.pair_offsets.size()) - t.window.lasts;
  t.slots = slot_count(t.band_count);
  const bool back = pass == ConvPass::weight_grad;
  const std::size_t number = rounds && !back ? sizeof(std::uint16_t) : sizeof(float);
  const std::int64_t outs = (s.oc + float_lanes() - 1) / float_lanes() * float_lanes();
  t.room_bytes = conv_aligned(std::size_t(t.room_lines * t.pitch * s.ic) * number);
  t.sum_bytes = t.weight_bytes = conv_aligned(std::size_t(t.window.size() * outs) * sizeof(float));
  if (rounds) {
    t.weight_bytes = conv_aligned(std::size_t((t.window.pairs + t.window.lasts) * outs) * sizeof(std::uint32_t));
  }
  if (rounds && back) {
    t.line_bytes = conv_aligned(std::size_t(t.pitch * s.ic) * sizeof(float));
    t.gradient_bytes = conv_aligned(std::size_t(t.lines * ((s.ow + 1) / 2) * outs) * sizeof(std::uint32_t));
  }
  return t;
}

bool supports(const ConvShape& s, ConvPass pass) {
  return pass != ConvPass::input_grad && s.dtype == f32 && (s.compute == f32 || s.compute == bf16) && s.groups == 1 &&
         s.ic <= kMostChannels;
}
bool suits(const ConvShape& s, ConvPass) { return s.oc >= kFewestOutputs; }

void prepare(ConvPlan& plan) {
  auto* const t = new FewState(make_state(plan.shape, plan.pass));
  t->window.offsets = t->offsets.data(), t->window.pair_offsets = t->pair_offsets.data();
  plan.state = t;
  if (plan.pass == ConvPass::weight_grad) {
    plan.sum_bytes = t->sum_bytes;
    plan.add_bytes = t->slot_bytes();
  } else {
    plan.packed_bytes = t->weight_bytes;
    plan.scratch_bytes = std::size_t(t->slots) * t->slot_bytes();
  }
}

/// [panel][pair, then last number of an odd run][output], both numbers of a pair side by side.
void pack_bf16(const ConvShape& s, const FewWindow& window, const float* from, std::uint32_t* to) {
  const std::int64_t panel = 2 * float_lanes(), padded = (s.oc + float_lanes() - 1) / float_lanes() * float_lanes();
  const auto weight = [&](std::int64_t out, std::int64_t k) {
    return out < s.oc ? from[(out * s.ic + k % s.ic) * s.kh * s.kw + k / s.ic] : 0.0f;
  };
  const std::int64_t odd = window.run % 2, half = window.run / 2;
  for (std::int64_t first = 0; first < padded; first += panel) {
    const std::int64_t end = std::min(first + panel, padded);
    const auto put = [&](std::int64_t k, bool is_pair) {
      for (std::int64_t o = first; o < end; ++o) {
        const float both[] = {weight(o, k), is_pair ? weight(o, k + 1) : 0.0f};
        LEPTON_FOR_ISA_BF16(to_bf16)(both, reinterpret_cast<std::uint16_t*>(to++), 2);
      }
    };
    for (std::int64_t i = 0; i < window.pairs; ++i) put(i / half * window.run + i % half * 2, true);
    for (std::int64_t i = 0; i < window.lasts; ++i) put((i + 1) * window.run - odd, false);
  }
}

void pack(const ConvPlan& plan, const void* weight, void* packed) {
  const ConvShape& s = plan.shape;
  const auto* const from = static_cast<const float*>(weight);
  if (s.compute == bf16)
    return pack_bf16(s, static_cast<const FewState*>(plan.state)->window, from, static_cast<std::uint32_t*>(packed));
  auto* const to = static_cast<float*>(packed);
  for_few_weights(
      s, [=, oc = s.oc](std::int64_t i, std::int64_t out, std::int64_t j) { to[i] = out < oc ? from[j] : 0.0f; });
}

}  // namespace

const ConvAlgorithm kFewChannelsConv{"few_channels", supports, suits, prepare, pack, run_few, &kFewSums, run_few_pooled};

}  // namespace lepton::kernels::cpu
