// Matrix product through shared memory: a block makes a 64 x 64 tile of c, a thread 4 x 4 elements of it.
//
// Each element is summed over k in order, in its own type, with fused multiply-adds.
#include "kernels/cuda/dispatch.hpp"
#include "kernels/cuda/gpu.hpp"
#include "kernels/cuda/kernels.hpp"

namespace lepton::kernels::cuda {
namespace {

constexpr int kTile = 64;   // rows, and columns, of c a block makes
constexpr int kDepth = 16;  // steps of k between barriers
constexpr int kSide = 16;   // threads along each side
constexpr int kEach = kTile / kSide;
constexpr int kThreads = kSide * kSide;

}  // namespace

/// A slice of op(a) and one of op(b), both with k outermost; the odd row length spreads over the banks.
template <class T> struct Tiles {
  T a[kDepth][kTile + 1];
  T b[kDepth][kTile + 1];
};

/// One operand as stored: element (line, k) lies at line * stride + k, or at k * stride + line where lines
/// are adjacent in memory. `lines` is m for a, n for b; `depth` is k.
template <class T> struct Operand {
  const T* data;
  std::int64_t lines, depth, stride, batch_stride;
};

/// Fills a slice from lines [line0, line0 + kTile) and steps [k0, k0 + kDepth), with zeros outside.
/// Neighbouring threads read neighbouring addresses.
template <bool LinesAdjacent, class T>
__device__ inline void load(T (&slice)[kDepth][kTile + 1], const Operand<T>& x, const T* data,
                            std::int64_t line0, std::int64_t k0) {
#pragma unroll
  for (int round = 0; round < kTile * kDepth / kThreads; ++round) {
    const int i = round * kThreads + int(threadIdx.x);
    const int line = LinesAdjacent ? i % kTile : i / kDepth;
    const int step = LinesAdjacent ? i / kTile : i % kDepth;
    const std::int64_t l = line0 + line, k = k0 + step;
    const bool inside = l < x.lines && k < x.depth;
    slice[step][line] = inside ? data[LinesAdjacent ? k * x.stride + l : l * x.stride + k] : T(0);
  }
}

/// c[t] = op(a[t]) op(b[t]) + bias. A 1-d block; grid: tiles of m, tiles of n, matrices.
/// Two blocks on a multiprocessor leave a thread 128 registers, so that none spills.
template <class T, bool TransA, bool TransB>
__global__ void __launch_bounds__(kThreads, 2)
    matmul_kernel(const Operand<T> a, const Operand<T> b, const T* bias, T* c, std::int64_t batch) {
  LEPTON_DYN_SMEM(Tiles<T>, tiles);
  const int tx = int(threadIdx.x) % kSide, ty = int(threadIdx.x) / kSide;
  const std::int64_t row0 = std::int64_t(blockIdx.x) * kTile, column0 = std::int64_t(blockIdx.y) * kTile;
  for (std::int64_t t = blockIdx.z; t < batch; t += gridDim.z) {
    T sum[kEach][kEach] = {};
    for (std::int64_t k0 = 0; k0 < a.depth; k0 += kDepth) {
      load<TransA>(tiles->a, a, a.data + t * a.batch_stride, row0, k0);
      load<!TransB>(tiles->b, b, b.data + t * b.batch_stride, column0, k0);
      __syncthreads();
#pragma unroll
      for (int k = 0; k < kDepth; ++k)
#pragma unroll
        for (int i = 0; i < kEach; ++i)
#pragma unroll
          for (int j = 0; j < kEach; ++j)
            sum[i][j] = fma(tiles->a[k][ty + i * kSide], tiles->b[k][tx + j * kSide], sum[i][j]);
      __syncthreads();  // everyone has read the slices before they are overwritten
    }
#pragma unroll
    for (int i = 0; i < kEach; ++i)
#pragma unroll
      for (int j = 0; j < kEach; ++j) {
        const std::int64_t row = row0 + ty + i * kSide, column = column0 + tx + j * kSide;
        if (row < a.lines && column < b.lines)
          c[(t * a.lines + row) * b.lines + column] = sum[i][j] + (bias != nullptr ? bias[column] : T(0));
      }
  }
}

namespace {

template <class T, bool TransA, bool TransB> void launch_matmul(const MatmulArgs& g, Stream stream) {
  const auto tiles = [](std::int64_t lines) { return unsigned((lines + kTile - 1) / kTile); };
  constexpr std::int64_t kMatrices = 65535;  // the grid's limit in z
  const dim3 grid(tiles(g.m), tiles(g.n), unsigned(g.batch < kMatrices ? g.batch : kMatrices));
  const Operand<T> a{static_cast<const T*>(g.a), g.m, g.k, g.lda, g.batch_stride_a};
  const Operand<T> b{static_cast<const T*>(g.b), g.n, g.k, g.ldb, g.batch_stride_b};
  launch({"matmul", grid, kThreads, sizeof(Tiles<T>), stream}, matmul_kernel<T, TransA, TransB>, a, b,
         static_cast<const T*>(g.bias), static_cast<T*>(g.c), g.batch);
}

}  // namespace

void matmul(const MatmulArgs& g, Stream stream) {
  if (g.batch == 0 || g.m == 0 || g.n == 0) return;
  with_dtype<float, double>("matmul", g.dtype, [&]<class T>(Tag<T>) {
    if (g.trans_a && g.trans_b) launch_matmul<T, true, true>(g, stream);
    else if (g.trans_a) launch_matmul<T, true, false>(g, stream);
    else if (g.trans_b) launch_matmul<T, false, true>(g, stream);
    else launch_matmul<T, false, false>(g, stream);
  });
}

}  // namespace lepton::kernels::cuda
