// How direct convolution is cut: classes of output pixels, tasks, blocks.
#include "kernels/cpu/conv_direct_plan.hpp"

#include <algorithm>

#include "kernels/cpu/gemm_large.hpp"
#include "kernels/cpu/slots.hpp"

namespace lepton::kernels::cpu {
namespace {

constexpr std::int64_t kFewestPixels = 64, kMostPixels = 240;  // of a block
constexpr std::int64_t kTasks = 16;              // that a batch is cut into, if it has the pixels
constexpr std::int64_t kBlockBytes = 320 << 10;  // of the pixels that a block of a 1x1 reads
constexpr std::int64_t kCopyBytes = 320 << 10;   // of the pictures that a task copies
constexpr std::int64_t kMergeBelow = 32;         // channels: with more, a tap is a run long enough

void make_source(DirectState& state) {
  const GatherAxis& c = state.columns;
  DirectSource& s = state.source;
  s = {
      state.rows.in, c.in, state.in, state.groups, DirectSource::Form::floats, false, false, state.depth(), 0,
      c.in,          0};
  const bool side_by_side = state.groups == 1 && c.all(0).step == 1 && c.kernel > 1;
  const DirectReach reach = direct_reach(c);
  const bool reaches_out = reach.first < 0 || reach.last > c.in;
  if (state.compute == bf16) {
    s.form = DirectSource::Form::bf16;
    s.copied = true;
    s.padded = (state.depth() + 1) / 2 * 2;
  }
  s.merged = side_by_side && (s.copied || !reaches_out || state.depth() < kMergeBelow);
  if (s.merged && reaches_out) s.copied = true;
  if (s.copied) {
    s.before = -reach.first;
    s.columns = reach.last - reach.first;
  }
}

void make_classes(DirectState& state) {
  const GatherAxis &r = state.rows, &c = state.columns;
  state.taps.assign(std::size_t(r.kernel * c.kernel), {});
  std::size_t base = 0;
  for (std::int64_t row = 0; row < r.period(); ++row)
    for (std::int64_t column = 0; column < c.period(); ++column) {
      DirectClass k{row,
                    column,
                    std::max<std::int64_t>(0, (r.out - row + r.period() - 1) / r.period()),
                    std::max<std::int64_t>(0, (c.out - column + c.period() - 1) / c.period()),
                    r.all(row),
                    c.all(column),
                    0,
                    0,
                    base};
      const std::int64_t count = k.rows.count * k.columns.count;
      if (count == 0) k.rows.count = k.columns.count = 0;
      k.segments = direct_segments(state.source, k.rows, k.columns);
      k.depth = state.source.padded * (state.source.merged ? k.columns.count : 1);
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t tap_r = k.rows.tap + i / k.columns.count * k.rows.tap_step;
        const std::int64_t tap_c = k.columns.tap + i % k.columns.count * k.columns.tap_step;
        state.taps[std::size_t(tap_r * c.kernel + tap_c)] = {base, count * state.source.padded, i};
      }
      base += conv_aligned(gemm_packed_bytes(state.compute, count * state.source.padded, state.width()));
      state.classes.push_back(k);
    }
  state.group_bytes = base;
}

void make_tasks(DirectState& state) {
  const DirectSource& s = state.source;
  const std::int64_t cells = state.cells(),
                     cell_columns = (state.columns.out + state.columns.period() - 1) / state.columns.period();
  const std::int64_t most =
      std::clamp(kBlockBytes / (s.padded * s.unit()) / 8 * 8, kFewestPixels, kMostPixels);
  std::int64_t rows = std::max<std::int64_t>(1, most / cell_columns);  // of cells
  if (s.copied) {  // neighbouring tasks copy what both read: the more rows a task has, the less of that
    const std::int64_t span = (state.rows.kernel - 1) * state.rows.dilation / state.rows.period() + 1;
    rows = std::max(rows, (kCopyBytes / s.row_bytes() - span) / state.rows.advance() + 1);
  }
  // Enough tasks for several threads, but not so few pixels that reading the weights costs more.
  const std::int64_t all = state.images * cells,
                     share = std::max((all + kTasks - 1) / kTasks, kFewestPixels / cell_columns);
  rows = std::clamp<std::int64_t>(rows, 1, std::max<std::int64_t>(share, 1));
  state.task_images = std::clamp<std::int64_t>(rows / cells, 1, std::max<std::int64_t>(1, state.images));
  const std::int64_t bands = (cells + rows - 1) / rows;
  state.task_cells = (cells + bands - 1) / bands;
  const std::int64_t pixels = state.task_images * state.task_cells * cell_columns,
                     blocks = (pixels + most - 1) / most;
  state.block = ((pixels + blocks - 1) / blocks + 7) / 8 * 8;
}

void make_scratch(DirectState& state) {
  const DirectSource& s = state.source;
  std::int64_t segments = 0, depth = 1;
  for (const DirectClass& k : state.classes) {
    segments = std::max(segments, k.segments);
    depth = std::max(depth, k.depth);
  }
  state.straight = !s.copied && state.rows.kernel == 1 && state.columns.kernel == 1 &&
                   state.rows.stride == 1 && state.columns.stride == 1 && state.rows.pad == 0 &&
                   state.columns.pad == 0;
  state.rows_bytes = state.straight ? 0 : conv_aligned(std::size_t(segments * state.block) * sizeof(void*));
  state.zeros_bytes = state.straight ? 0 : conv_aligned(std::size_t(depth * s.unit()));
  const bool apart = state.classes.size() > 1;  // a class's pixels do not lie side by side
  state.result_bytes = apart ? conv_aligned(std::size_t(state.block * state.out) * sizeof(float)) : 0;
  state.copy_bytes = 0;
  if (s.copied) {
    std::int64_t first = state.rows.in, last = -state.rows.in;  // what a task in the middle reads
    for (const DirectClass& k : state.classes) {
      if (k.segments == 0) continue;
      first = std::min(first, k.rows.first);
      last = std::max(last, k.rows.first + (state.task_cells - 1) * state.rows.advance() +
                                (k.rows.count - 1) * k.rows.step + 1);
    }
    const bool whole = state.task_cells == state.cells();
    const std::int64_t rows =
        whole ? state.rows.in : std::clamp<std::int64_t>(last - first, 0, state.rows.in);
    state.copy_bytes = conv_aligned(std::size_t(state.task_images * rows * s.row_bytes()));
  }
  state.slots = slot_count(state.tasks());
}

}  // namespace

GatherAxis direct_rows_axis(const ConvShape& s, ConvPass pass) {
  if (pass == ConvPass::input_grad) return {s.oh, s.ih, s.kh, s.stride_h, s.pad_h, s.dilation_h, true};
  return {s.ih, s.oh, s.kh, s.stride_h, s.pad_h, s.dilation_h, false};
}

GatherAxis direct_columns_axis(const ConvShape& s, ConvPass pass) {
  if (pass == ConvPass::input_grad) return {s.ow, s.iw, s.kw, s.stride_w, s.pad_w, s.dilation_w, true};
  return {s.iw, s.ow, s.kw, s.stride_w, s.pad_w, s.dilation_w, false};
}

DirectTask DirectState::task(std::int64_t i) const {
  const std::int64_t bands = (cells() + task_cells - 1) / task_cells;
  const std::int64_t image = i / bands * task_images, cell = i % bands * task_cells;
  return {image, std::min(images, image + task_images), cell, std::min(cells(), cell + task_cells)};
}

DirectReach DirectState::rows_read(const DirectTask& t) const {
  DirectReach reach{rows.in, 0};
  for (const DirectClass& k : classes) {
    const std::int64_t end = std::min(t.cell1, k.out_rows);
    if (k.segments == 0 || end <= t.cell0) continue;
    reach.first = std::min(reach.first, k.rows.first + t.cell0 * rows.advance());
    reach.last = std::max(reach.last,
                          k.rows.first + (end - 1) * rows.advance() + (k.rows.count - 1) * k.rows.step + 1);
  }
  reach.first = std::clamp<std::int64_t>(reach.first, 0, rows.in);
  reach.last = std::clamp<std::int64_t>(reach.last, reach.first, rows.in);
  return reach;
}

DirectState* make_direct_state(const ConvShape& s, ConvPass pass) {
  auto* state = new DirectState{};
  state->rows = direct_rows_axis(s, pass);
  state->columns = direct_columns_axis(s, pass);
  const bool back = pass == ConvPass::input_grad;
  state->images = s.n, state->in = back ? s.oc : s.ic, state->out = back ? s.ic : s.oc,
  state->groups = s.groups;
  state->compute = s.compute;
  make_source(*state);
  make_classes(*state);
  make_tasks(*state);
  make_scratch(*state);
  return state;
}

}  // namespace lepton::kernels::cpu
