// Direct convolution, gradient by the weight: the batch is cut into bands of rows, the bands into shards with a sum each.
//
// A band's pixels are multiplied some rows at a time, few enough that what a tile reads stays in the first cache.
#include <cstring>

#include "kernels/cpu/conv_direct_weight.hpp"
#include "kernels/cpu/dispatch.hpp"
#include "kernels/cpu/shards.hpp"
#include "kernels/cpu/slots.hpp"

namespace lepton::kernels::cpu {
namespace {

using State = DirectWeightState;

/// A shard's bands, for a part of g's channels.
class Task {
 public:
  /// The sum of group k goes to sums + k * step; to scratch where `sums` is null. It starts anew where it has not begun.
  Task(const State& state, const float* x, const float* g, char* scratch, std::int64_t part, float* sums,
       std::int64_t step, bool begun = false)
      : s_(state),
        x_(x),
        g_(g),
        first_(part * state.part),
        size_(state.part_size(part)),
        step_(step),
        begun_(begun) {
    rows_ = reinterpret_cast<const void**>(scratch);
    zeros_ = scratch + s_.rows_bytes;
    tiles_ = zeros_ + s_.zeros_bytes;
    gather_ = tiles_ + s_.tile_bytes;
    sums_ = sums ? sums : reinterpret_cast<float*>(gather_ + s_.gather_bytes);
    copy_ = gather_ + s_.gather_bytes + s_.sum_bytes;
    std::memset(zeros_, 0, s_.zeros_bytes);
  }

  const float* sums() const { return sums_; }

  /// Some whole rows of the band at a time, or a part of one.
  void add(const DirectTask& band) {
    const DirectReach read = s_.rows_read(band.cell0, band.cell1);
    const DirectView view =
        direct_view(s_.source, x_, band.image0, band.image1, read.first, read.last - read.first, copy_);
    const std::int64_t height = band.cell1 - band.cell0, all = (band.image1 - band.image0) * height;
    const std::int64_t step = std::max<std::int64_t>(1, kDirectUnits / s_.units_a_row());
    const std::int64_t piece = std::min(s_.columns.out, kDirectUnits * s_.unit);
    for (std::int64_t r = 0; r < all; r += step)
      for (std::int64_t column = 0; column < s_.columns.out; column += piece)
        add_block(view, band, r, std::min(step, all - r), column, std::min(piece, s_.columns.out - column));
  }

 private:
  void add_block(const DirectView& view, const DirectTask& band, std::int64_t row, std::int64_t rows,
                 std::int64_t column, std::int64_t columns) {
    const std::int64_t height = band.cell1 - band.cell0, a_row = (columns + s_.unit - 1) / s_.unit,
                       units = rows * a_row;
    for (std::int64_t i = 0; i < rows; ++i) {
      DirectPixels pixels{band.image0 + (row + i) / height, s_.taps_r, s_.taps_c, s_.unit * s_.columns.stride,
                          a_row};
      pixels.rows.first += (band.cell0 + (row + i) % height) * s_.rows.stride;
      pixels.columns.first += column * s_.columns.stride;
      direct_rows(view, pixels, zeros_, rows_ + i * a_row, units);
    }
    // A band of several images has all of their rows, so that its pixels of g lie side by side.
    const std::int64_t first_row = band.image0 * s_.rows.out + band.cell0 + row;
    const float* const g = g_ + (first_row * s_.columns.out + column) * s_.out;
    for (std::int64_t k = 0; k < s_.groups; ++k) {
      if (k > 0) next_group(units);
      DirectWeightBlock block{nullptr,           0,           rows_, units, s_.segments, s_.width, size_,
                              sums_ + k * step_, s_.window(), begun_};
      if (s_.gathered) gather(block);
      broadcast_grad(block, {g + k * s_.channels() + first_, rows, columns, s_.columns.out * s_.out, s_.out,
                             size_, tiles_});
      if (s_.compute == bf16) LEPTON_FOR_ISA_BF16(direct_weight_block_bf16)(block);
      else LEPTON_FOR_ISA(direct_weight_block)(block);
    }
    begun_ = true;
  }

  void next_group(std::int64_t units) {
    for (std::int64_t i = 0; i < s_.segments * units; ++i)
      if (rows_[i] != zeros_) rows_[i] = static_cast<const char*>(rows_[i]) + s_.source.group_bytes();
  }

  void broadcast_grad(DirectWeightBlock& block, const DirectGradRows& grad) const {
    block.broadcast = s_.in_place ? static_cast<const void*>(grad.g) : tiles_;
    block.step = s_.in_place ? s_.out : 0;
    if (s_.in_place) return;
    if (s_.compute == bf16) LEPTON_FOR_ISA_BF16(direct_grad_rows_bf16)(grad);
    else LEPTON_FOR_ISA(direct_grad_rows)(grad);
  }

  /// The segments of each window, side by side.
  void gather(DirectWeightBlock& block) {
    auto* const to = reinterpret_cast<std::uint32_t*>(gather_);
    const std::int64_t step = s_.gather_step();
    const DirectGather args{rows_, block.units, s_.segments, s_.width, to, step};
    LEPTON_FOR_ISA(direct_gather)(args);
    const void** const windows = rows_ + s_.segments * kDirectUnits;
    for (std::int64_t u = 0; u < block.units; ++u) windows[u] = to + u * step;
    block.rows = windows, block.segments = 1, block.width = s_.window();
  }

  const State& s_;
  const float *x_, *g_;
  const std::int64_t first_, size_, step_;
  float* sums_;
  bool begun_;  // the sums have been written
  const void** rows_;
  char *zeros_, *tiles_, *gather_, *copy_;
};

/// Rows of dw (columns, if swapped) that sum_rows makes of a part's sum.
std::int64_t rows_of(const State& s, std::int64_t part) { return s.swapped ? s.in : s.part_size(part); }

/// The sums of a part: of so many shards, `step` floats apart.
struct ShardSums {
  const float* first;
  std::int64_t shards, step;
};

/// Rows [begin, end) of a group's part of dw from the shards' sums, which have the channels of a tap side by side.
void sum_rows(const State& s, const ShardSums& sums, std::int64_t group, std::int64_t part,
              std::int64_t begin, std::int64_t end, float* dw) {
  const std::int64_t first = part * s.part, row = s.window();
  DirectWeightSum sum{sums.first + group * s.part * row, sums.shards, sums.step, 0, 0, 1, 0, 0, dw, 0, 0};
  if (s.swapped) {
    sum.partial += begin, sum.tap_step = row, sum.channels = end - begin, sum.taps = s.part_size(part);
    sum.dw += begin * s.out + first, sum.channel_step = s.out;
  } else {
    sum.partial += begin * row, sum.ldc = row, sum.tap_step = s.depth(), sum.rows = end - begin;
    sum.channels = s.depth(), sum.taps = s.taps();
    sum.dw += (group * s.channels() + first + begin) * row, sum.row_step = row, sum.channel_step = s.taps();
  }
  LEPTON_FOR_ISA(direct_weight_sum)(sum);
}

/// dw from the sums of all tasks; those of the parts of a shard lie side by side.
void sum_all(const State& s, const ShardSums& sums, float* dw) {
  constexpr std::int64_t kRows = 16;
  const std::int64_t chunks = (rows_of(s, 0) + kRows - 1) / kRows;
  for_ranges(s.groups * s.parts * chunks, kRows * s.window() * (sums.shards * 100 + 300),
             [&](std::int64_t begin, std::int64_t end) {
               for (std::int64_t i = begin; i < end; ++i) {
                 const std::int64_t k = i / chunks / s.parts, part = i / chunks % s.parts,
                                    row = i % chunks * kRows;
                 const std::int64_t last = std::min(row + kRows, rows_of(s, part));
                 const ShardSums mine{sums.first + part * s.sum_floats(), sums.shards, sums.step};
                 if (row < last) sum_rows(s, mine, k, part, row, last, dw);
               }
             });
}

void add_pictures(const ConvPlan& plan, const float* x, const float* g, std::int64_t count, void* sums,
                  void* scratch, bool starts) {
  const State& s = *static_cast<const State*>(plan.state);
  if (s.swapped) std::swap(x, g);
  Task task(s, x, g, static_cast<char*>(scratch), 0, static_cast<float*>(sums), s.part * s.window(), !starts);
  for (std::int64_t b = 0; b < count * s.bands_an_image; ++b) task.add(s.band(b));
}

void finish_pictures(const ConvPlan& plan, const void* sums, std::int64_t shards, std::size_t step,
                     float* dw) {
  sum_all(*static_cast<const State*>(plan.state),
          {static_cast<const float*>(sums), shards, std::int64_t(step / sizeof(float))}, dw);
}

}  // namespace

const ConvSums kDirectSums{add_pictures, finish_pictures};

void prepare_direct_weight(ConvPlan& plan) {
  const State* const state = make_direct_weight(plan.shape);
  plan.state = state;
  if (state->by_picture) {
    plan.sum_bytes = std::size_t(state->sum_floats()) * sizeof(float);
    plan.add_bytes = state->slot_bytes();
    return;
  }
  plan.scratch_bytes = state->partial_bytes + std::size_t(state->slots) * state->slot_bytes();
}

void run_direct_weight(const ConvPlan& plan, const float* x, const float* g, float* dw, char* scratch) {
  const State& s = *static_cast<const State*>(plan.state);
  if (s.swapped) std::swap(x, g);
  auto* const partial = reinterpret_cast<float*>(scratch);
  Slots slots(scratch + s.partial_bytes, s.slots, s.slot_bytes());
  parallel_for(s.shards * s.parts, [&](std::int64_t i) {
    const Slots::Lease slot(slots);
    const std::int64_t shard = i / s.parts, part = i % s.parts;
    float* const sums = s.plain()      ? dw + part * s.part * s.window()
                        : s.shards > 1 ? partial + i * s.sum_floats()
                                       : nullptr;
    Task task(s, x, g, static_cast<char*>(slot.get()), part, sums,
              (s.plain() ? s.channels() : s.part) * s.window());
    const Range range = shard_range(s.bands, s.shards, shard);
    for (std::int64_t b = range.begin; b < range.end; ++b) task.add(s.band(b));
    if (s.shards > 1 || s.plain()) return;
    for (std::int64_t k = 0; k < s.groups; ++k)
      sum_rows(s, {task.sums(), 1, 0}, k, part, 0, rows_of(s, part), dw);
  });
  if (s.shards > 1) sum_all(s, {partial, s.shards, s.parts * s.sum_floats()}, dw);
}

}  // namespace lepton::kernels::cpu
