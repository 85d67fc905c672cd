// Matrix product: small ones in one piece, large ones in blocks, cut over threads.
#include "kernels/matmul.hpp"

#include <algorithm>
#include <type_traits>

#include "kernels/cpu/gemm.hpp"
#include "kernels/cpu/gemm_plan.hpp"
#include "kernels/cpu/shards.hpp"
#include "lepton/core/parallel.hpp"

namespace lepton::kernels::cpu {
namespace {

constexpr double kLargeFrom = 4e5;  // multiply-adds from which packing pays
constexpr double kGroupWork = 1e6;  // multiply-adds of matrices that a thread takes at once

double work_of(const MatmulArgs& args) { return double(args.m) * double(args.n) * double(args.k); }

/// Whether one product of the batch is made in blocks. By the sizes alone, so that what is packed is what is read.
bool is_large(const MatmulArgs& args) {
  if (args.compute == bf16 && args.dtype == f32) return true;  // the small kernel knows f32 and f64
  const bool dots = args.trans_b && !args.trans_a && args.m <= kDotRows && args.k >= kDotDepth;
  return work_of(args) >= kLargeFrom && args.n > 4 && !dots;
}

const void* matrix(const void* p, std::int64_t stride, std::int64_t t, std::size_t size) {
  return static_cast<const char*>(p) + t * stride * std::int64_t(size);
}

template <class T> Gemm<T> small_gemm(const MatmulArgs& args, std::int64_t t) {
  Gemm<T> g{};
  g.a = static_cast<const T*>(args.a) + t * args.batch_stride_a;
  g.a_row = args.trans_a ? 1 : args.lda;
  g.a_col = args.trans_a ? args.lda : 1;
  g.b = static_cast<const T*>(args.b) + t * args.batch_stride_b;
  g.ldb = args.ldb;
  g.trans_b = args.trans_b;
  g.bias = static_cast<const T*>(args.bias);
  g.c = static_cast<T*>(args.c) + t * args.m * args.n;
  g.ldc = args.n;
  g.m = args.m;
  g.n = args.n;
  g.k = args.k;
  return g;
}

GemmLarge large_gemm(const MatmulArgs& args, std::int64_t t) {
  const std::size_t size = size_of(args.dtype);
  GemmLarge g{};
  g.a = matrix(args.a, args.batch_stride_a, t, args.a_bf16 ? 2 : size);
  g.b = matrix(args.b, args.b_packed ? 0 : args.batch_stride_b, t, args.b_bf16 ? 2 : size);
  g.bias = args.bias;
  g.c = static_cast<char*>(args.c) + t * args.m * args.n * std::int64_t(size);
  g.m = args.m;
  g.n = args.n;
  g.k = args.k;
  g.lda = args.lda;
  g.ldb = args.ldb;
  g.ldc = args.n;
  g.trans_a = args.trans_a;
  g.trans_b = args.trans_b;
  g.b_packed = args.b_packed;
  g.a_type = args.a_bf16 ? bf16 : args.dtype;
  g.b_type = args.b_bf16 ? bf16 : args.dtype;
  g.compute = args.compute;
  return g;
}

/// c = the sum of `parts` results in order, and the bias.
void add_parts(const GemmLarge& g, const float* part, std::int64_t parts) {
  const std::int64_t size = g.m * g.n;
  const auto* const bias = static_cast<const float*>(g.bias);
  auto* const c = static_cast<float*>(g.c);
  for (std::int64_t i = 0; i < g.m; ++i)
    for (std::int64_t j = 0; j < g.n; ++j) {
      float sum = bias ? bias[j] : 0.f;
      for (std::int64_t s = 0; s < parts; ++s) sum += part[s * size + i * g.n + j];
      c[i * g.ldc + j] = sum;
    }
}

/// A long sum for few results: the parts of k leave theirs side by side.
void run_parts(const GemmLarge& g, const GemmKernels& kernels, const GemmGrid& grid) {
  alignas(64) float part[kGemmPartials];
  parallel_for(grid.jobs(), [&](std::int64_t i) {
    GemmLarge one = g;
    one.c = part + i * g.m * g.n;
    one.ldc = g.n;
    one.bias = nullptr;
    kernels.job(one, gemm_job(one, kernels, grid, i), gemm_scratch());
  });
  add_parts(g, part, grid.depth);
}

void run_large(const MatmulArgs& args, const Epilogue& done) {
  const GemmKernels& kernels = gemm_kernels(args.compute);
  const GemmLarge first = large_gemm(args, 0);
  const GemmGrid grid = plan_gemm(first, kernels, args.batch);
  if (grid.depth > 1) {
    for (std::int64_t t = 0; t < args.batch; ++t) {
      run_parts(large_gemm(args, t), kernels, grid);
      if (done) done(t * args.m, (t + 1) * args.m, 0, args.n);
    }
    return;
  }
  const std::int64_t jobs = grid.jobs(), all = args.batch * jobs;
  const auto group =
      jobs > 1 ? 1 : std::max<std::int64_t>(1, std::int64_t(kGroupWork / std::max(work_of(args), 1.0)));
  parallel_for((all + group - 1) / group, [&](std::int64_t s) {
    for (std::int64_t i = s * group; i < std::min(all, (s + 1) * group); ++i) {
      const GemmLarge g = large_gemm(args, i / jobs);
      GemmJob job = gemm_job(g, kernels, grid, i % jobs);
      job.done = done;
      job.done_row = i / jobs * args.m;
      kernels.job(g, job, gemm_scratch());
    }
  });
}

/// Rows [i0, i1) and columns [j0, j1) of one product.
template <class T>
void run_part(Gemm<T> g, std::int64_t i0, std::int64_t i1, std::int64_t j0, std::int64_t j1) {
  g.a += i0 * g.a_row;
  g.b += j0 * (g.trans_b ? g.ldb : 1);
  g.c += i0 * g.ldc + j0;
  if (g.bias) g.bias += j0;
  g.m = i1 - i0;
  g.n = j1 - j0;
  gemm(g);
}

/// A long thin product: the longer side of c in pieces that begin at multiples of 16.
template <class T> void run_thin(const MatmulArgs& args, std::int64_t t, const Epilogue& done) {
  const Gemm<T> g = small_gemm<T>(args, t);
  const bool by_rows = args.m >= args.n;
  const std::int64_t side = by_rows ? args.m : args.n, blocks = (side + 15) / 16;
  const std::int64_t shards = std::clamp<std::int64_t>(std::int64_t(work_of(args) / kGroupWork), 1,
                                                       std::min<std::int64_t>(blocks, 16));
  parallel_for(shards, [&](std::int64_t s) {
    const Range part = shard_range(blocks, shards, s);
    const std::int64_t from = part.begin * 16, to = std::min(side, part.end * 16);
    const std::int64_t i0 = by_rows ? from : 0, i1 = by_rows ? to : args.m;
    const std::int64_t j0 = by_rows ? 0 : from, j1 = by_rows ? args.n : to;
    run_part(g, i0, i1, j0, j1);
    if (done) done(t * args.m + i0, t * args.m + i1, j0, j1);
  });
}

template <class T> void run_small(const MatmulArgs& args, const Epilogue& done) {
  if (work_of(args) >= 2 * kGroupWork) {
    for (std::int64_t t = 0; t < args.batch; ++t) run_thin<T>(args, t, done);
    return;
  }
  const auto group = std::max<std::int64_t>(1, std::int64_t(kGroupWork / std::max(work_of(args), 1.0)));
  parallel_for((args.batch + group - 1) / group, [&](std::int64_t s) {
    const std::int64_t end = std::min(args.batch, (s + 1) * group);
    for (std::int64_t t = s * group; t < end; ++t) gemm(small_gemm<T>(args, t));
    if (done) done(s * group * args.m, end * args.m, 0, args.n);
  });
}

}  // namespace

void matmul(const MatmulArgs& args, const Epilogue& done) {
  if (args.m == 0 || args.n == 0 || args.batch == 0) return;
  if (is_large(args)) run_large(args, done);
  else if (args.dtype == f64) run_small<double>(args, done);
  else run_small<float>(args, done);
}

void matmul(const MatmulArgs& args, Stream) { matmul(args, Epilogue{}); }

std::size_t matmul_packed_bytes(const MatmulArgs& args) {
  return is_large(args) ? gemm_packed_bytes(args.compute, args.k, args.n) : 0;
}

void matmul_pack(const MatmulPackArgs& args, Stream) {
  const GemmKernels& kernels = gemm_kernels(args.compute);
  const std::int64_t panels = GemmPanels(args.n, kernels.lanes).count;
  GemmPack pack{.b = args.b,
                .b_k = args.trans_b ? 1 : args.ldb,
                .b_n = args.trans_b ? args.ldb : 1,
                .k = args.k,
                .n = args.n,
                .to = args.packed,
                .from = args.b_bf16            ? bf16
                        : args.compute == bf16 ? f32
                                               : args.compute,
                .compute = args.compute};
  for_ranges(panels, args.k * 3 * kernels.lanes * 100, [&](std::int64_t begin, std::int64_t end) {
    GemmPack part = pack;
    part.panel0 = begin;
    part.panel1 = end;
    kernels.pack(part);
  });
}

}  // namespace lepton::kernels::cpu
