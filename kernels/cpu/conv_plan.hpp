// What the convolution kernels prepare once for a shape.
#pragma once

#include <memory>
#include <unordered_map>

#include "kernels/conv.hpp"
#include "kernels/cpu/onednn.hpp"

namespace lepton::kernels {

/// One oneDNN primitive for a number of images, and the sizes that its calls need.
struct ConvPrimitive {
  dnnl::primitive primitive;
  dnnl::memory::desc x, weight, y, scratchpad;  ///< as the primitive wants them; x and y are channels last
};

struct ConvPlan {
  ConvShape shape;
  cpu::ConvPass pass;
  std::int64_t images = 1;       ///< of a call; the batch is cut into calls, which run on several threads
  std::int64_t calls = 1;
  ConvPrimitive main, tail;      ///< for `images`, and for what is left over in the last call
  dnnl::memory::desc plain_weight;
  dnnl::primitive reorder;       ///< weight to the layout that the primitive wants, or back
  // Where things lie in the scratch memory, in bytes.
  std::size_t weight_bytes = 0;  ///< one weight in the primitive's layout
  std::size_t pad_bytes = 0;     ///< a call's scratchpad
  std::size_t scratch_bytes = 0;
};

namespace cpu {

/// Fills in `plan` for f32.
void plan_onednn(ConvPlan& plan);
void run_onednn(const ConvPlan& plan, const void* x, void* weight, const void* bias, void* y, char* scratch);

/// The f64 convolution: gathered windows times weights. `plan.scratch_bytes` is set by the first.
void plan_gathered(ConvPlan& plan);
void run_gathered(const ConvPlan& plan, const double* x, double* weight, const double* bias, double* y, char* scratch);

}  // namespace cpu
}  // namespace lepton::kernels
