// Convolution of pictures with few channels: how it is cut into bands, and the bands on several threads.
#include "kernels/cpu/conv_few.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

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
  std::vector<std::int64_t> offsets;
  std::int64_t lines, bands, band_count;  // of a band; of a picture; of all
  std::int64_t pitch;                     // pixels of a line that windows are taken from
  std::int64_t room_lines;                // padded lines of a band; 0: windows are taken from x itself
  std::int64_t slots;
  std::int64_t sum_floats;  // weights, outputs up to whole vectors

  std::size_t room_bytes(const ConvShape& s) const {
    return conv_aligned(std::size_t(room_lines * pitch * s.ic) * sizeof(float));
  }
  std::size_t sum_bytes() const { return conv_aligned(std::size_t(sum_floats) * sizeof(float)); }
};

struct Band {
  std::int64_t picture, line, lines;
};

Band band_at(const ConvShape& s, const State& state, std::int64_t i) {
  const Range lines = shard_range(s.oh, state.bands, i % state.bands);
  return {i / state.bands, lines.begin, lines.end - lines.begin};
}

std::int64_t lanes() { return isa() == Isa::v4 ? 16 : 8; }

State make_state(const ConvShape& s) {
  State t{};
  const bool padded = s.pad_h > 0 || s.pad_w > 0;
  t.lines = std::clamp<std::int64_t>(kBandBytes / (s.ow * s.oc * std::int64_t(sizeof(float))), 1, s.oh);
  t.bands = (s.oh + t.lines - 1) / t.lines, t.band_count = t.bands * s.n;
  t.pitch = s.iw + 2 * s.pad_w;
  t.room_lines = padded ? (t.lines - 1) * s.stride_h + (s.kh - 1) * s.dilation_h + 1 : 0;
  const bool together = s.dilation_w == 1;  // a line of a window lies together
  t.window = {s.kh,
              together ? 1 : s.kw,
              together ? s.kw * s.ic : s.ic,
              s.dilation_h * t.pitch * s.ic,
              s.dilation_w * s.ic,
              nullptr};
  for (std::int64_t i = 0; i < t.window.size(); ++i) {
    const std::int64_t tap = i / s.ic;
    t.offsets.push_back(tap / s.kw * t.window.row_step + tap % s.kw * t.window.run_step + i % s.ic);
  }
  t.slots = slot_count(t.band_count);
  t.sum_floats = t.window.size() * ((s.oc + lanes() - 1) / lanes() * lanes());
  return t;
}

bool supports(const ConvShape& s, ConvPass pass) {
  return pass != ConvPass::input_grad && s.dtype == f32 && s.compute == f32 && s.groups == 1 &&
         s.ic <= kMostChannels;
}
bool suits(const ConvShape& s, ConvPass) { return s.oc >= kFewestOutputs; }

void prepare(ConvPlan& plan) {
  auto* const t = new State(make_state(plan.shape));
  t->window.offsets = t->offsets.data();
  plan.state = t;
  if (plan.pass == ConvPass::weight_grad) {
    plan.sum_bytes = t->sum_bytes();
    plan.add_bytes = t->room_bytes(plan.shape);
  } else {
    plan.packed_bytes = t->sum_bytes();
    plan.scratch_bytes = std::size_t(t->slots) * t->room_bytes(plan.shape);
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

void pack(const ConvPlan& plan, const void* weight, void* packed) {
  const auto* const from = static_cast<const float*>(weight);
  auto* const to = static_cast<float*>(packed);
  const std::int64_t oc = plan.shape.oc;
  for_weights(plan.shape,
              [=](std::int64_t i, std::int64_t out, std::int64_t j) { to[i] = out < oc ? from[j] : 0.0f; });
}

/// The windows of a band, in x itself or, where there is padding, in a copy with zeros around it.
FewBand windows(const ConvShape& s, const State& t, const Band& b, const float* x, float* room) {
  const FewBand in_x{x + ((b.picture * s.ih + b.line * s.stride_h) * s.iw) * s.ic,
                     s.stride_h * t.pitch * s.ic, s.stride_w * s.ic, b.lines, s.ow};
  if (t.room_lines == 0) return in_x;
  const std::int64_t lines = (b.lines - 1) * s.stride_h + (s.kh - 1) * s.dilation_h + 1;
  const std::int64_t side = s.pad_w * s.ic, width = s.iw * s.ic;
  const auto clear = [](float* to, std::int64_t n) { std::memset(to, 0, std::size_t(n) * sizeof(float)); };
  for (std::int64_t i = 0; i < lines; ++i) {
    const std::int64_t h = b.line * s.stride_h - s.pad_h + i;
    float* const to = room + i * t.pitch * s.ic;
    if (h < 0 || h >= s.ih) {
      clear(to, t.pitch * s.ic);
      continue;
    }
    clear(to, side);
    std::memcpy(to + side, x + (b.picture * s.ih + h) * width, std::size_t(width) * sizeof(float));
    clear(to + side + width, side);
  }
  return {room, in_x.line_step, in_x.pixel_step, b.lines, s.ow};
}

void run(const ConvPlan& plan, const ConvMemory& m, const Epilogue& done) {
  const ConvShape& s = plan.shape;
  const State& t = *static_cast<const State*>(plan.state);
  // A thread does neighbouring bands one after the other, so that threads do not fetch each other's memory.
  const std::int64_t run = std::clamp<std::int64_t>(t.band_count / (8 * num_threads()), 1, 16);
  const std::int64_t shards = (t.band_count + run - 1) / run;
  Slots slots(m.scratch, t.slots, t.room_bytes(s));
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
      const FewBand band = windows(s, t, b, static_cast<const float*>(m.x), static_cast<float*>(slot.get()));
      const std::int64_t pixel = first_pixel(b);
      LEPTON_FOR_ISA(few_band)
      (t.window, band, s.oc, static_cast<const float*>(m.weight), static_cast<const float*>(m.bias),
       y + pixel * s.oc, end);
      if (done) done(pixel, pixel + b.lines * s.ow, 0, s.oc);
    }
  });
}

void add(const ConvPlan& plan, const float* x, const float* g, std::int64_t count, void* sums, void* scratch,
         bool starts) {
  const ConvShape& s = plan.shape;
  const State& t = *static_cast<const State*>(plan.state);
  if (starts) std::memset(sums, 0, t.sum_bytes());
  for (std::int64_t i = 0; i < count * t.bands; ++i) {
    const Band b = band_at(s, t, i);
    const FewBand band = windows(s, t, b, x, static_cast<float*>(scratch));
    LEPTON_FOR_ISA(few_weight_band)
    (t.window, band, s.oc, g + (b.picture * s.oh + b.line) * s.ow * s.oc, static_cast<float*>(sums));
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

const ConvAlgorithm kFewChannelsConv{"few_channels", supports, suits, prepare, pack, run, &kSums};

}  // namespace lepton::kernels::cpu
