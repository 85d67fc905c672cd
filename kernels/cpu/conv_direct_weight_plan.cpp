// How direct convolution cuts the gradient by the weight.
#include "kernels/cpu/conv_direct_weight.hpp"
#include "kernels/cpu/slots.hpp"

namespace lepton::kernels::cpu {
namespace {

using State = DirectWeightState;

constexpr std::int64_t kCopyBytes = 256 << 10;   // of the pictures that a band copies
constexpr std::int64_t kBandPixels = 1024;       // of a band, if it copies nothing
constexpr std::int64_t kMostChannels = 512;      // of g that a task takes
constexpr std::int64_t kFewestChannels = 64;     // for which another task reads x again
constexpr std::int64_t kTaskFlops = 80'000'000;  // about 0.4 ms
constexpr std::int64_t kMostTasks = 32;
constexpr std::int64_t kPartialBytes = 4 << 20;  // that the shards' sums should not exceed together
constexpr std::int64_t kSumBytes = 512 << 10;    // of a task's sum: in the second cache
constexpr std::int64_t kPicturePixels = 512;     // at least, of a picture that is added by itself,
constexpr std::int64_t kPictureSum = 256 << 10;  // to a sum of at most so many bytes
constexpr std::int64_t kMergeBelow = 32;         // channels: with more, a tap alone fills vectors
constexpr std::int64_t kLine = 16,
                       kSetPeriod = 128;  // floats: distances that fall into few sets of the first cache
constexpr std::int64_t kFewPanels = 3;    // that read g where it lies
constexpr std::int64_t kGatherCost = 48;  // of a vector, in the units of cost()

std::int64_t rounded(std::int64_t n, std::int64_t unit) { return (n + unit - 1) / unit * unit; }

/// About what a pixel takes, in sixteenths of a cycle, where `segments` of `width` numbers are taken in vectors, and
/// `channels` are broadcast. One vector alone waits for its operands.
std::int64_t cost(std::int64_t segments, std::int64_t width, std::int64_t channels) {
  const std::int64_t vectors = (width + 15) / 16, rows = rounded(channels, kDirectTile);
  return segments * vectors * rows * (vectors == 1 ? 10 : 8) + rows * 3;
}

/// Whether every pixel is multiplied by the same pixel of g, so that either can be the one that is taken in vectors.
bool pixel_by_pixel(const ConvShape& s) {
  return s.kh == 1 && s.kw == 1 && s.stride_h == 1 && s.stride_w == 1 && s.pad_h == 0 && s.pad_w == 0 &&
         s.groups == 1;
}

void make_source(State& state) {
  const GatherAxis& c = state.columns;
  DirectSource& s = state.source;
  s = {
      state.rows.in, c.in, state.in, state.groups, DirectSource::Form::floats, false, false, state.depth(), 0,
      c.in,          0};
  const DirectReach reach = direct_reach(c);
  const bool reaches_out = reach.first < 0 || reach.last > c.in;
  s.merged = state.groups == 1 && c.dilation == 1 && c.kernel > 1;
  if (state.compute == bf16) {
    s.form = DirectSource::Form::pairs;
    s.copied = true;
    s.pair_step = c.stride;
  } else if (s.merged && reaches_out) {
    s.merged = s.copied = state.depth() < kMergeBelow;
  }
  if (!s.copied) return;
  s.before = -reach.first;
  s.columns = reach.last - reach.first;
}

/// Where the factors are read.
void make_product(State& state) {
  const std::int64_t channels = state.channels(), vectors = state.segments * ((state.width + 15) / 16);
  state.gathered = state.segments > 1 && cost(1, state.window(), channels) + vectors * kGatherCost <
                                             cost(state.segments, state.width, channels);
  state.in_place = state.compute == f32 && channels % kDirectTile == 0 && state.out % kSetPeriod != 0 &&
                   state.out >= kLine && (vectors + 2) / 3 <= kFewPanels;
}

void make_cut(State& state) {
  const DirectSource& s = state.source;
  std::int64_t rows = (kBandPixels + state.columns.out - 1) / state.columns.out;
  if (s.copied)
    rows = (kCopyBytes / s.row_bytes() - (state.rows.kernel - 1) * state.rows.dilation) / state.rows.stride;
  rows = std::max<std::int64_t>(rows, 1);
  state.band_images =
      std::clamp<std::int64_t>(rows / state.rows.out, 1, std::max<std::int64_t>(1, state.images));
  state.bands_an_image = (state.rows.out + rows - 1) / rows;
  state.band_rows = (state.rows.out + state.bands_an_image - 1) / state.bands_an_image;
  state.bands = (state.images + state.band_images - 1) / state.band_images * state.bands_an_image;

  const std::int64_t channels = state.channels(), weight_bytes = state.out * state.window() * 4;
  state.by_picture = state.images > 1 && state.rows.out * state.columns.out >= kPicturePixels && weight_bytes <= kPictureSum;
  if (state.by_picture) {
    state.band_images = state.shards = state.parts = 1;
    state.bands = state.images * state.bands_an_image;
    state.part = rounded(channels, kDirectTile);
    return;
  }
  const double flops = 0.5 * double(state.images * state.rows.out * state.columns.out) * double(weight_bytes);
  const auto tasks = std::int64_t(std::clamp(flops / double(kTaskFlops), 1.0, double(kMostTasks)));
  state.shards = std::min({state.bands, tasks, std::max<std::int64_t>(1, kPartialBytes / weight_bytes)});
  std::int64_t parts = std::min(tasks / state.shards, channels / kFewestChannels);
  if (state.shards == 1)
    parts = std::max(parts, std::min(weight_bytes / kSumBytes, channels / (2 * kDirectTile)));
  parts = std::max<std::int64_t>({parts, (channels + kMostChannels - 1) / kMostChannels, 1});
  state.part = rounded((channels + parts - 1) / parts, kDirectTile);
  state.parts = (channels + state.part - 1) / state.part;
}

std::size_t copy_bytes(const State& state) {
  if (!state.source.copied) return 0;
  std::int64_t most = 0;
  for (std::int64_t r = 0; r < state.rows.out; r += state.band_rows) {
    const DirectReach read = state.rows_read(r, std::min(state.rows.out, r + state.band_rows));
    most = std::max(most, read.last - read.first);
  }
  return conv_aligned(std::size_t(state.band_images * most * state.source.row_bytes()));
}

void make_scratch(State& state) {
  state.rows_bytes = conv_aligned(std::size_t((state.segments + 1) * kDirectUnits) * sizeof(void*));
  state.zeros_bytes = conv_aligned(std::size_t(state.width) * 4);
  state.tile_bytes = state.in_place ? 0 : std::size_t(state.part * kDirectUnits) * 4;
  state.gather_bytes = state.gathered ? std::size_t((kDirectUnits + 1) * state.gather_step()) * 4 : 0;
  state.copy_bytes = copy_bytes(state);
  const std::size_t sum = conv_aligned(std::size_t(state.sum_floats()) * sizeof(float));
  state.sum_bytes = state.shards == 1 && !state.plain() && !state.by_picture ? sum : 0;
  state.partial_bytes = state.shards > 1 ? std::size_t(state.shards * state.parts) * sum : 0;
  state.slots = slot_count(state.shards * state.parts);
}

}  // namespace

DirectWeightState* make_direct_weight(const ConvShape& s) {
  auto* state = new State{};
  state->rows = direct_rows_axis(s, ConvPass::weight_grad);
  state->columns = direct_columns_axis(s, ConvPass::weight_grad);
  state->images = s.n, state->in = s.ic, state->out = s.oc, state->groups = s.groups,
  state->compute = s.compute;
  state->swapped =
      pixel_by_pixel(s) && cost(1, s.oc, s.ic) * 26 < cost(1, s.ic, s.oc) * 25;  // turning costs, too
  if (state->swapped) std::swap(state->in, state->out);
  state->taps_r = state->rows.all(0), state->taps_c = state->columns.all(0);
  state->unit = s.compute == bf16 ? 2 : 1;
  make_source(*state);
  state->segments = direct_segments(state->source, state->taps_r, state->taps_c);
  state->width = state->depth() * (state->source.merged ? s.kw : 1);
  make_product(*state);
  make_cut(*state);
  make_scratch(*state);
  return state;
}

}  // namespace lepton::kernels::cpu
