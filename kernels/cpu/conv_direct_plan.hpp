// What direct convolution prepares for a shape: the forward pass and the gradient by the input, as one gather.
#pragma once

#include <vector>

#include "kernels/cpu/conv_direct.hpp"
#include "kernels/cpu/conv_direct_source.hpp"
#include "kernels/cpu/conv_plan.hpp"

namespace lepton::kernels::cpu {

/// Output pixels (row + i * period, column + j * period) of every picture: all have the same taps.
struct DirectClass {
  std::int64_t row, column;
  std::int64_t out_rows, out_columns;  ///< how many of an image
  Taps rows, columns;                  ///< of the first, those in the padding too
  std::int64_t segments, depth;        ///< depth: numbers of K in a segment
  std::size_t base;                    ///< bytes in the packed weights of a group
};

/// Rows of cells (a pixel of each class) that one thread takes at a time: whole images, or a part of one.
struct DirectTask {
  std::int64_t image0, image1, cell0, cell1;
};

struct DirectState {
  GatherAxis rows, columns;
  std::int64_t images, in, out, groups;  ///< channels of a pixel
  DType compute;
  DirectSource source;
  std::vector<DirectClass> classes;
  std::vector<DirectTap> taps;
  std::size_t group_bytes;  ///< packed weights of a group

  std::int64_t task_images, task_cells;  ///< task_cells: all of an image where there are more images than one
  std::int64_t block;                    ///< pixels that are multiplied at a time
  bool straight;                         ///< rows are the pixels as they lie: no pointers
  // A thread's scratch memory, bytes.
  std::size_t rows_bytes, zeros_bytes, result_bytes, copy_bytes;
  std::int64_t slots;

  std::int64_t depth() const { return in / groups; }  ///< channels of a group
  std::int64_t width() const { return out / groups; }
  std::int64_t cells() const { return (rows.out + rows.period() - 1) / rows.period(); }
  std::int64_t tasks() const {
    return (images + task_images - 1) / task_images * ((cells() + task_cells - 1) / task_cells);
  }
  DirectTask task(std::int64_t i) const;
  /// Rows of the input that a task reads.
  DirectReach rows_read(const DirectTask& task) const;
  std::size_t slot_bytes() const { return rows_bytes + zeros_bytes + result_bytes + copy_bytes; }
};

/// The axes of a pass: of the weight gradient, those of the forward pass.
GatherAxis direct_rows_axis(const ConvShape& shape, ConvPass pass);
GatherAxis direct_columns_axis(const ConvShape& shape, ConvPass pass);

DirectState* make_direct_state(const ConvShape& shape, ConvPass pass);
void run_direct(const DirectState& state, const float* in, const void* packed, const float* bias, float* out,
                void* scratch, const Epilogue& done);

/// The weight gradient.
extern const ConvSums kDirectSums;
void prepare_direct_weight(ConvPlan& plan);
void run_direct_weight(const ConvPlan& plan, const float* x, const float* g, float* dw, char* scratch);

}  // namespace lepton::kernels::cpu
