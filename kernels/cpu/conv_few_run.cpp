// Convolution of pictures with few channels: bands on several threads, forward, with pooling and by weight.
#include <cstring>

#include "kernels/cpu/bf16_rows.hpp"
#include "kernels/cpu/conv_few_plan.hpp"
#include "kernels/cpu/slots.hpp"

namespace lepton::kernels::cpu {
namespace {

constexpr std::int64_t kAroundCache = 24
                                      << 20;  // bytes of y of which little would be found in the cache later

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
FewBand windows(const ConvPlan& plan, const FewState& t, const FewLines& b, const float* x, void* room, float* line) {
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

void add(const ConvPlan& plan, const float* x, const float* g, std::int64_t count, void* sums, void* scratch,
         bool starts) {
  const ConvShape& s = plan.shape;
  const FewState& t = *static_cast<const FewState*>(plan.state);
  if (starts) std::memset(sums, 0, t.sum_bytes);
  auto* const room = static_cast<char*>(scratch);
  auto* const line = reinterpret_cast<float*>(room + t.room_bytes);
  auto* const pairs = reinterpret_cast<std::uint32_t*>(room + t.room_bytes + t.line_bytes);
  for (std::int64_t i = 0; i < count * t.bands; ++i) {
    const FewLines b = few_lines_at(s, t, i);
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
  for_few_weights(plan.shape, [&](std::int64_t i, std::int64_t out, std::int64_t j) {
    if (out >= plan.shape.oc) return;
    float total = 0;
    for (std::int64_t shard = 0; shard < shards; ++shard)
      total += reinterpret_cast<const float*>(static_cast<const char*>(sums) + std::size_t(shard) * step)[i];
    dw[j] = total;
  });
}

}  // namespace

const ConvSums kFewSums{add, finish};

void run_few(const ConvPlan& plan, const ConvMemory& m, const Epilogue& done) {
  const ConvShape& s = plan.shape;
  const FewState& t = *static_cast<const FewState*>(plan.state);
  // A thread does neighbouring bands one after the other, so that threads do not fetch each other's memory.
  const std::int64_t run = std::clamp<std::int64_t>(t.band_count / (8 * num_threads()), 1, 16);
  const std::int64_t shards = (t.band_count + run - 1) / run;
  Slots slots(m.scratch, t.slots, t.slot_bytes());
  const auto first_pixel = [&](const FewLines& b) { return (b.picture * s.oh + b.line) * s.ow; };
  auto* const y = static_cast<float*>(m.y);
  const bool around = !done && s.oc % float_lanes() == 0 && std::uintptr_t(y) % 64 == 0 &&
                      s.n * s.oh * s.ow * s.oc * std::int64_t(sizeof(float)) >= kAroundCache;
  parallel_for(shards, [&](std::int64_t shard) {
    const Slots::Lease slot(slots);
    const Range range = shard_range(t.band_count, shards, shard);
    const FewLines last = few_lines_at(s, t, range.end - 1);
    const float* const end = around ? nullptr : y + (first_pixel(last) + last.lines * s.ow) * s.oc;
    for (std::int64_t i = range.begin; i < range.end; ++i) {
      const FewLines b = few_lines_at(s, t, i);
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
void run_few_pooled(const ConvPlan& plan, const ConvMemory& m, const MaxPoolArgs& pool) {
  const ConvShape& s = plan.shape;
  const FewState& t = *static_cast<const FewState*>(plan.state);
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

}  // namespace lepton::kernels::cpu
