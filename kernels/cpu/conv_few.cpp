// Convolution of pictures with few channels: how it is cut into bands, and the bands on several threads.
#include "kernels/cpu/conv_few.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "kernels/cpu/bf16_rows.hpp"
#include "kernels/cpu/conv_plan.hpp"
#include "kernels/cpu/dispatch.hpp"
#include "kernels/cpu/shards.hpp"
#include "kernels/cpu/slots.hpp"

namespace lepton::kernels::cpu {
namespace {

constexpr std::int64_t kMostChannels = 4;
constexpr std::int64_t kFewestOutputs = 8;     // fewer leave most of a vector empty
constexpr std::int64_t kBandBytes = 32 << 10;  // of y: a band stays in L1 or nearly
constexpr std::int64_t kAroundCache = 24
                                      << 20;  // bytes of y of which little would be found in the cache later

struct State {
  FewWindow window;
  std::vector<std::int64_t> offsets, pair_offsets;
  std::int64_t lines, bands, band_count;  // of a band; of a picture; of all
  std::int64_t pitch;                     // pixels of a line that windows are taken from
  std::int64_t room_lines;                // lines of a band that are copied; 0: windows are taken from x itself
  std::int64_t slots;
  std::size_t room_bytes;     // of the copy
  std::size_t line_bytes;     // with bf16, by weight: of one padded line
  std::size_t gradient_bytes; // and of a band's gradient in pairs
  std::size_t weight_bytes, sum_bytes;  // packed weights, and sums by weight: outputs up to whole vectors

  std::size_t slot_bytes() const { return room_bytes + line_bytes + gradient_bytes; }
};

struct Band {
  std::int64_t picture, line, lines;
};

Band band_at(const ConvShape& s, const State& state, std::int64_t i) {
  const Range lines = shard_range(s.oh, state.bands, i % state.bands);
  return {i / state.bands, lines.begin, lines.end - lines.begin};
}

std::int64_t lanes() { return isa() == Isa::v4 ? 16 : 8; }

State make_state(const ConvShape& s, ConvPass pass) {
  State t{};
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
  const std::int64_t outs = (s.oc + lanes() - 1) / lanes() * lanes();
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
  auto* const t = new State(make_state(plan.shape, plan.pass));
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

/// visit(index into [panel][number of the window][output], output, index into [out][in][row][column])
template <class Visit> void for_weights(const ConvShape& s, Visit&& visit) {
  const std::int64_t panel = 2 * lanes(), size = s.kh * s.kw * s.ic,
                     padded = (s.oc + lanes() - 1) / lanes() * lanes();
  for (std::int64_t first = 0; first < padded; first += panel) {
    const std::int64_t width = std::min(panel, padded - first);
    for (std::int64_t k = 0; k < size; ++k) {
      const std::int64_t tap = k / s.ic, channel = k % s.ic;
      for (std::int64_t o = 0; o < width; ++o)
        visit(first * size + k * width + o, first + o, ((first + o) * s.ic + channel) * s.kh * s.kw + tap);
    }
  }
}

/// [panel][pair, then last number of an odd run][output], both numbers of a pair side by side.
void pack_bf16(const ConvShape& s, const FewWindow& window, const float* from, std::uint32_t* to) {
  const std::int64_t panel = 2 * lanes(), padded = (s.oc + lanes() - 1) / lanes() * lanes();
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
    return pack_bf16(s, static_cast<const State*>(plan.state)->window, from, static_cast<std::uint32_t*>(packed));
  auto* const to = static_cast<float*>(packed);
  for_weights(
      s, [=, oc = s.oc](std::int64_t i, std::int64_t out, std::int64_t j) { to[i] = out < oc ? from[j] : 0.0f; });
}

/// Line h of a picture, with zeros at its sides; all zeros above and below the picture.
void pad_line(const ConvShape& s, const float* x, std::int64_t picture, std::int64_t h, float* to) {
  const std::int64_t side = s.pad_w * s.ic, width = s.iw * s.ic;
  const auto clear = [](float* at, std::int64_t n) { std::memset(at, 0, std::size_t(n) * sizeof(float)); };
  if (h < 0 || h >= s.ih) return clear(to, width + 2 * side);
  clear(to, side);
  std::memcpy(to + side, x + (picture * s.ih + h) * width, std::size_t(width) * sizeof(float));
  clear(to + side + width, side);
}

/// The same in bf16.
void round_line(const ConvShape& s, const float* x, std::int64_t picture, std::int64_t h, std::uint16_t* to) {
  const std::int64_t side = s.pad_w * s.ic, width = s.iw * s.ic;
  if (h < 0 || h >= s.ih || side > 0) std::memset(to, 0, std::size_t(width + 2 * side) * sizeof *to);
  if (h >= 0 && h < s.ih) LEPTON_FOR_ISA_BF16(to_bf16)(x + (picture * s.ih + h) * width, to + side, width);
}

/// The windows of a band, in x itself or in a copy of its lines: with zeros around them where there is padding, in bf16,
/// or by weight in pairs of neighbouring pixels, for which `line` is memory.
FewBand windows(const ConvPlan& plan, const State& t, const Band& b, const float* x, void* room, float* line) {
  const ConvShape& s = plan.shape;
  FewBand band{x + ((b.picture * s.ih + b.line * s.stride_h) * s.iw) * s.ic, s.stride_h * t.pitch * s.ic,
               s.stride_w * s.ic, b.lines, s.ow};
  if (t.room_lines == 0) return band;
  const std::int64_t lines = (b.lines - 1) * s.stride_h + (s.kh - 1) * s.dilation_h + 1, size = t.pitch * s.ic;
  for (std::int64_t i = 0; i < lines; ++i) {
    const std::int64_t h = b.line * s.stride_h - s.pad_h + i;
    if (s.compute == f32) pad_line(s, x, b.picture, h, static_cast<float*>(room) + i * size);
    else if (plan.pass == ConvPass::forward)
      round_line(s, x, b.picture, h, static_cast<std::uint16_t*>(room) + i * size);
    else {
      const bool whole = s.pad_w == 0 && h >= 0 && h < s.ih;
      if (!whole) pad_line(s, x, b.picture, h, line);
      LEPTON_FOR_ISA_BF16(few_pairs)
      (whole ? x + (b.picture * s.ih + h) * size : line, size, band.pixel_step,
       static_cast<std::uint32_t*>(room) + i * size);
    }
  }
  band.x = room;
  return band;
}

void run(const ConvPlan& plan, const ConvMemory& m, const Epilogue& done) {
  const ConvShape& s = plan.shape;
  const State& t = *static_cast<const State*>(plan.state);
  // A thread does neighbouring bands one after the other, so that threads do not fetch each other's memory.
  const std::int64_t run = std::clamp<std::int64_t>(t.band_count / (8 * num_threads()), 1, 16);
  const std::int64_t shards = (t.band_count + run - 1) / run;
  Slots slots(m.scratch, t.slots, t.slot_bytes());
  const auto first_pixel = [&](const Band& b) { return (b.picture * s.oh + b.line) * s.ow; };
  auto* const y = static_cast<float*>(m.y);
  const bool around = !done && s.oc % lanes() == 0 && std::uintptr_t(y) % 64 == 0 &&
                      s.n * s.oh * s.ow * s.oc * std::int64_t(sizeof(float)) >= kAroundCache;
  parallel_for(shards, [&](std::int64_t shard) {
    const Slots::Lease slot(slots);
    const Range range = shard_range(t.band_count, shards, shard);
    const Band last = band_at(s, t, range.end - 1);
    const float* const end = around ? nullptr : y + (first_pixel(last) + last.lines * s.ow) * s.oc;
    for (std::int64_t i = range.begin; i < range.end; ++i) {
      const Band b = band_at(s, t, i);
      const FewBand band = windows(plan, t, b, static_cast<const float*>(m.x), slot.get(), nullptr);
      const std::int64_t pixel = first_pixel(b);
      const auto* const bias = static_cast<const float*>(m.bias);
      if (s.compute == bf16)
        LEPTON_FOR_ISA_BF16(few_band_bf16)
        (t.window, band, s.oc, static_cast<const std::uint32_t*>(m.weight), bias, y + pixel * s.oc, end);
      else
        LEPTON_FOR_ISA(few_band)
        (t.window, band, s.oc, static_cast<const float*>(m.weight), bias, y + pixel * s.oc, end);
      if (done) done(pixel, pixel + b.lines * s.ow, 0, s.oc);
    }
  });
}

/// With pooling: bands of whole squares of pixels.
void run_pooled(const ConvPlan& plan, const ConvMemory& m, const MaxPoolArgs& pool) {
  const ConvShape& s = plan.shape;
  const State& t = *static_cast<const State*>(plan.state);
  const PoolShape& p = pool.shape;
  const std::int64_t lines = std::max<std::int64_t>(1, t.lines / 2), bands = (p.oh + lines - 1) / lines;
  const auto* const bias = static_cast<const float*>(m.bias);
  Slots slots(m.scratch, t.slots, t.slot_bytes());
  parallel_for(p.n * bands, [&](std::int64_t i) {
    const Slots::Lease slot(slots);
    const std::int64_t picture = i / bands, first = i % bands * lines, count = std::min(lines, p.oh - first);
    const FewBand band =
        windows(plan, t, {picture, 2 * first, 2 * count}, static_cast<const float*>(m.x), slot.get(), nullptr);
    const std::int64_t at = (picture * p.oh + first) * p.ow * p.c;
    const FewPool to{static_cast<float*>(pool.y) + at, pool.where + at, p.ow, p.relu};
    if (s.compute == bf16)
      LEPTON_FOR_ISA_BF16(few_pooled_band_bf16)
      (t.window, band, s.oc, static_cast<const std::uint32_t*>(m.weight), bias, to);
    else LEPTON_FOR_ISA(few_pooled_band)(t.window, band, s.oc, static_cast<const float*>(m.weight), bias, to);
  });
}

void add(const ConvPlan& plan, const float* x, const float* g, std::int64_t count, void* sums, void* scratch,
         bool starts) {
  const ConvShape& s = plan.shape;
  const State& t = *static_cast<const State*>(plan.state);
  if (starts) std::memset(sums, 0, t.sum_bytes);
  auto* const room = static_cast<char*>(scratch);
  auto* const line = reinterpret_cast<float*>(room + t.room_bytes);
  auto* const pairs = reinterpret_cast<std::uint32_t*>(room + t.room_bytes + t.line_bytes);
  for (std::int64_t i = 0; i < count * t.bands; ++i) {
    const Band b = band_at(s, t, i);
    const FewBand band = windows(plan, t, b, x, room, line);
    const float* const gradient = g + (b.picture * s.oh + b.line) * s.ow * s.oc;
    if (s.compute == bf16) {
      LEPTON_FOR_ISA_BF16(few_gradient_pairs)(gradient, b.lines, s.ow, s.oc, pairs);
      LEPTON_FOR_ISA_BF16(few_weight_band_bf16)(t.window, band, s.oc, pairs, static_cast<float*>(sums));
    } else {
      LEPTON_FOR_ISA(few_weight_band)(t.window, band, s.oc, gradient, static_cast<float*>(sums));
    }
  }
}

void finish(const ConvPlan& plan, const void* sums, std::int64_t shards, std::size_t step, float* dw) {
  for_weights(plan.shape, [&](std::int64_t i, std::int64_t out, std::int64_t j) {
    if (out >= plan.shape.oc) return;
    float total = 0;
    for (std::int64_t shard = 0; shard < shards; ++shard)
      total += reinterpret_cast<const float*>(static_cast<const char*>(sums) + std::size_t(shard) * step)[i];
    dw[j] = total;
  });
}

constexpr ConvSums kSums{add, finish};

}  // namespace

const ConvAlgorithm kFewChannelsConv{"few_channels", supports, suits, prepare, pack, run, &kSums, run_pooled};

}  // namespace lepton::kernels::cpu
