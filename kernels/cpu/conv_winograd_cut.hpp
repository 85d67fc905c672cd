// How Winograd convolutions are cut into blocks of tiles.
#pragma once

#include <algorithm>

#include "kernels/cpu/conv_plan.hpp"
#include "kernels/cpu/conv_winograd.hpp"
#include "kernels/cpu/dispatch.hpp"
#include "kernels/cpu/shards.hpp"

namespace lepton::kernels::cpu {

/// The sizes of a pass: the input gradient exchanges what is read and what is written.
inline WinogradSizes winograd_sizes(const ConvShape& s, ConvPass pass) {
  WinogradSizes z{};
  z.n = s.n;
  if (pass == ConvPass::input_grad) {
    z.in = s.oc, z.ih = s.oh, z.iw = s.ow, z.out = s.ic, z.oh = s.ih, z.ow = s.iw;
    z.pad_h = 2 - s.pad_h, z.pad_w = 2 - s.pad_w;
  } else {
    z.in = s.ic, z.ih = s.ih, z.iw = s.iw, z.out = s.oc, z.oh = s.oh, z.ow = s.ow;
    z.pad_h = s.pad_h, z.pad_w = s.pad_w;
  }
  const auto rounded = [](std::int64_t n, std::int64_t unit) { return (n + unit - 1) / unit * unit; };
  z.rows = rounded(z.oh, kWinogradTile) / kWinogradTile,
  z.columns = rounded(z.ow, kWinogradTile) / kWinogradTile;
  z.in_padded = rounded(z.in, float_lanes()), z.out_padded = rounded(z.out, float_lanes());
  return z;
}

/// Bands of whole rows of tiles, or parts of one row where the picture is wide.
struct WinogradCut {
  std::int64_t bands, parts;
  std::int64_t most_tiles;  ///< of a block

  std::int64_t blocks() const { return bands * parts; }
};

/// Blocks of about `tiles` tiles.
inline WinogradCut winograd_cut(const WinogradSizes& z, std::int64_t tiles) {
  const std::int64_t all = z.n * z.rows, rows = std::clamp<std::int64_t>(tiles / z.columns, 1, all);
  const std::int64_t parts = (z.columns + tiles - 1) / tiles;
  return {(all + rows - 1) / rows, parts, rows * ((z.columns + parts - 1) / parts)};
}

/// Blocks whose transforms fit into a third of a usual L2, beside what the step's other kernels hand on in it, with
/// enough tiles that the weights do not cost more.
inline WinogradCut winograd_cut(const WinogradSizes& z) {
  const std::int64_t a_tile = kFrequencies * (z.in_padded + z.out_padded) * std::int64_t(sizeof(float));
  return winograd_cut(z, std::clamp<std::int64_t>((360 << 10) / a_tile, 24, 96));
}

inline WinogradBlock winograd_block_at(const WinogradSizes& z, const WinogradCut& cut, std::int64_t i) {
  const Range rows = shard_range(z.n * z.rows, cut.bands, i / cut.parts);
  const Range columns = shard_range(z.columns, cut.parts, i % cut.parts);
  return {rows.begin, rows.end, columns.begin, columns.end};
}

/// Scratch memory of a block.
inline std::size_t winograd_bytes(const WinogradSizes& z, const WinogradCut& cut) {
  const int vector = int(float_lanes() * sizeof(float));
  return sizeof(float) * std::size_t(winograd_floats(cut.most_tiles, z.in_padded, vector) +
                                     winograd_floats(cut.most_tiles, z.out_padded, vector));
}

inline WinogradWeight winograd_weight(const ConvPlan& plan, const void* weight) {
  const std::int64_t ic = plan.shape.ic;
  const bool turned = plan.pass == ConvPass::input_grad;
  return {static_cast<const float*>(weight), turned ? 9 : ic * 9, turned ? ic * 9 : 9, turned};
}

/// Tells of channels [out0, out1) of a block's pixels: picture by picture where they lie together, or line by line.
inline void winograd_tell(const WinogradSizes& z, const WinogradBlock& b, std::int64_t out0,
                          std::int64_t out1, const Epilogue& done) {
  for (std::int64_t row = b.row0; row < b.row1;) {
    const std::int64_t start = row / z.rows * z.oh * z.ow, first = row % z.rows,
                       last = std::min(z.rows, first + b.row1 - row);
    const std::int64_t h0 = first * kWinogradTile, h1 = std::min(z.oh, last * kWinogradTile);
    const std::int64_t w0 = b.column0 * kWinogradTile, w1 = std::min(z.ow, b.column1 * kWinogradTile);
    if (w1 - w0 == z.ow) done(start + h0 * z.ow, start + h1 * z.ow, out0, out1);
    else
      for (std::int64_t h = h0; h < h1; ++h) done(start + h * z.ow + w0, start + h * z.ow + w1, out0, out1);
    row += last - first;
  }
}

/// Whether weights are so large that turning them into frequencies each time costs less than to keep them so.
inline bool winograd_wide(const WinogradSizes& z) { return z.in * z.out >= 256 * 256; }

void prepare_winograd_wide(ConvPlan& plan);
void run_winograd_wide(const ConvPlan& plan, const ConvMemory& memory, const Epilogue& done);

extern const ConvSums kWinogradSums;
void prepare_winograd_weight(ConvPlan& plan);
void run_winograd_weight(const ConvPlan& plan, const ConvMemory& memory);

}  // namespace lepton::kernels::cpu
