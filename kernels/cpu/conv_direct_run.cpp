// Direct convolution, forward and gradient by the input: tasks of rows of pixels, each a few products of gathered rows.
#include <algorithm>
#include <cstring>

#include "kernels/cpu/conv_direct_plan.hpp"
#include "kernels/cpu/gemm_kernels.hpp"
#include "kernels/cpu/slots.hpp"

namespace lepton::kernels::cpu {
namespace {

constexpr std::int64_t kPanelBytes = 288
                                     << 10;  // of packed weights that a block multiplies before it goes on

class Task {
 public:
  Task(const DirectState& state, const float* in, const void* packed, const float* bias, float* out,
       char* scratch, const DirectTask& task, const Epilogue& done)
      : s_(state),
        task_(task),
        done_(done),
        in_(in),
        packed_(static_cast<const char*>(packed)),
        bias_(bias),
        out_(out) {
    rows_ = reinterpret_cast<const void**>(scratch);
    zeros_ = scratch + s_.rows_bytes;
    result_ = reinterpret_cast<float*>(zeros_ + s_.zeros_bytes);
    if (s_.straight) return;
    std::memset(zeros_, 0, s_.zeros_bytes);
    const DirectReach read = s_.rows_read(task);
    view_ = direct_view(s_.source, in, task.image0, task.image1, read.first, read.last - read.first,
                        zeros_ + s_.zeros_bytes + s_.result_bytes);
  }

  void run() {
    for (const DirectClass& k : s_.classes) {
      const std::int64_t rows = std::min(task_.cell1, k.out_rows) - task_.cell0;
      if (rows <= 0 || k.out_columns == 0) continue;
      const std::int64_t pixels = (task_.image1 - task_.image0) * rows * k.out_columns;
      for (std::int64_t p = 0; p < pixels; p += s_.block) {
        const std::int64_t count = std::min(s_.block, pixels - p);
        if (one_class()) straight_block(k, p, count);
        else scattered_block(k, rows, p, count);
      }
    }
    if (one_class() || !done_) return;
    const std::int64_t period = s_.rows.period(), at = task_.image0 * s_.rows.out;
    const std::int64_t first = task_.cell0 * period, last = std::min(s_.rows.out, task_.cell1 * period);
    done_((at + first) * s_.columns.out,
          (at + (task_.image1 - task_.image0 - 1) * s_.rows.out + last) * s_.columns.out, 0, s_.out);
  }

 private:
  bool one_class() const { return s_.classes.size() == 1; }

  /// All pixels are of one class, so that they lie side by side.
  void straight_block(const DirectClass& k, std::int64_t p, std::int64_t count) {
    const std::int64_t first = (task_.image0 * s_.rows.out + task_.cell0) * s_.columns.out + p;
    if (done_.finish) finish_ = done_.finish->from(first, 0);
    multiply(k, task_.cell1 - task_.cell0, p, count, out_ + first * s_.out);
    if (done_ && !done_.finish) done_(first, first + count, 0, s_.out);
  }

  void scattered_block(const DirectClass& k, std::int64_t rows, std::int64_t p, std::int64_t count) {
    if (k.segments > 0) multiply(k, rows, p, count, result_);
    const std::int64_t period_r = s_.rows.period(), period_c = s_.columns.period();
    const std::size_t bytes = std::size_t(s_.out) * sizeof(float);
    for_row_pieces(k, rows, p, count,
                   [&](std::int64_t image, std::int64_t i, std::int64_t j, std::int64_t at, std::int64_t n) {
                     const std::int64_t row = k.row + i * period_r, column = k.column + j * period_c;
                     float* to = out_ + ((image * s_.rows.out + row) * s_.columns.out + column) * s_.out;
                     for (std::int64_t q = at; q < at + n; ++q, to += period_c * s_.out) {
                       if (k.segments > 0) std::memcpy(to, result_ + q * s_.out, bytes);
                       else std::memset(to, 0, bytes);
                     }
                   });
  }

  /// body(image, class row, class column, place in the block, count) for the parts of rows that pixels [p, p + count) of
  /// the task are.
  template <class F>
  void for_row_pieces(const DirectClass& k, std::int64_t rows, std::int64_t p, std::int64_t count,
                      F&& body) const {
    for (std::int64_t at = 0; at < count;) {
      const std::int64_t row = (p + at) / k.out_columns, j = (p + at) % k.out_columns;
      const std::int64_t n = std::min(count - at, k.out_columns - j);
      body(task_.image0 + row / rows, task_.cell0 + row % rows, j, at, n);
      at += n;
    }
  }

  /// c (row stride: all channels of a pixel) = the products of `count` pixels of the task.
  void multiply(const DirectClass& k, std::int64_t rows, std::int64_t p, std::int64_t count, float* c) {
    GemmBlock block{.segments = k.segments,
                    .rows_step = s_.block,
                    .depth = k.depth,
                    .b = nullptr,
                    .c = nullptr,
                    .ldc = s_.out,
                    .m = count,
                    .n = 0,
                    .compute = s_.compute};
    if (s_.straight) {
      block.a_row = s_.in;
    } else {
      block.rows = rows_;
      for_row_pieces(
          k, rows, p, count,
          [&](std::int64_t image, std::int64_t i, std::int64_t j, std::int64_t at, std::int64_t n) {
            DirectPixels pixels{image, k.rows, k.columns, s_.columns.advance(), n};
            pixels.rows.first += i * s_.rows.advance();
            pixels.columns.first += j * s_.columns.advance();
            direct_rows(view_, pixels, zeros_, rows_ + at, s_.block);
          });
    }
    for (std::int64_t g = 0; g < s_.groups; ++g) {
      if (s_.straight)
        block.a =
            in_ + ((task_.image0 * s_.rows.in + task_.cell0) * s_.columns.in + p) * s_.in + g * s_.depth();
      else if (g > 0) next_group(k, count);
      panels(k, block, g, c + g * s_.width());
    }
  }

  void next_group(const DirectClass& k, std::int64_t count) {
    for (std::int64_t s = 0; s < k.segments; ++s)
      for (std::int64_t i = 0; i < count; ++i)
        if (const void*& row = rows_[s * s_.block + i]; row != zeros_)
          row = static_cast<const char*>(row) + s_.source.group_bytes();
  }

  /// One panel of a group's columns after the other; as many segments at a time as stay in the second cache.
  void panels(const DirectClass& k, GemmBlock block, std::int64_t group, float* c) const {
    const char* const b = packed_ + std::size_t(group) * s_.group_bytes + k.base;
    const float* const bias = bias_ ? bias_ + group * s_.width() : nullptr;
    const GemmKernels& kernels = gemm_kernels(s_.compute);
    const GemmPanels cut(s_.width(), kernels.lanes);
    const std::int64_t units = k.depth / kernels.unit;  // of a segment
    for (std::int64_t p = 0; p < cut.count; ++p) {
      const std::int64_t begin = cut.begin(p), vectors = cut.begin(p + 1) - begin,
                         column = begin * kernels.lanes;
      const std::int64_t row_bytes = vectors * kernels.lanes * 4;
      const std::int64_t step =
          std::max<std::int64_t>(1, kPanelBytes / (row_bytes * std::max<std::int64_t>(units, 1)));
      block.n = std::min(vectors * kernels.lanes, s_.width() - column);
      block.c = c + column;
      block.bias = bias ? bias + column : nullptr;
      const Finish finish = finish_.from(0, group * s_.width() + column);
      for (std::int64_t s = 0; s == 0 || s < k.segments; s += step) {
        block.segments = std::min(step, k.segments - s);
        block.rows = s_.straight ? nullptr : rows_ + s * s_.block;
        block.b = b + (begin * kernels.lanes * units * k.segments + s * units * vectors * kernels.lanes) * 4;
        block.accumulate = s > 0;
        const bool last = s + step >= k.segments;
        block.finish = one_class() && done_.finish && last ? &finish : nullptr;
        kernels.block(block);
      }
    }
  }

  const DirectState& s_;
  const DirectTask task_;
  const Epilogue& done_;
  const float* in_;
  const char* packed_;
  const float* bias_;
  float* out_;
  const void** rows_;
  char* zeros_;
  float* result_;
  DirectView view_{};
  Finish finish_;  // of the block that is multiplied, where there is one
};

}  // namespace

void run_direct(const DirectState& state, const float* in, const void* packed, const float* bias, float* out,
                void* scratch, const Epilogue& done) {
  Slots slots(scratch, state.slots, state.slot_bytes());
  parallel_for(state.tasks(), [&](std::int64_t i) {
    const Slots::Lease slot(slots);
    Task(state, in, packed, bias, out, static_cast<char*>(slot.get()), state.task(i), done).run();
  });
}

}  // namespace lepton::kernels::cpu
