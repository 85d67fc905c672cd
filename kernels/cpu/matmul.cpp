// Matrix product: our own kernel for small ones and f64, oneDNN's sgemm for large f32 ones.
#include "kernels/matmul.hpp"

#include <dnnl.h>

#include <algorithm>
#include <string>

#include "kernels/cpu/gemm.hpp"
#include "kernels/cpu/onednn.hpp"
#include "lepton/core/error.hpp"
#include "lepton/core/parallel.hpp"

namespace lepton::kernels::cpu {
namespace {

constexpr double kLibraryFrom = 2e5;   // multiply-adds from which sgemm is faster than our kernel
constexpr double kShardWork = 1e6;     // multiply-adds a shard should have: about 20 microseconds
constexpr std::int64_t kMaxShards = 8;

template <class T> Gemm<T> own_gemm(const MatmulArgs& args, std::int64_t t) {
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

/// Rows [i0, i1) and columns [j0, j1) of one product.
template <class T> void run_part(Gemm<T> g, std::int64_t i0, std::int64_t i1, std::int64_t j0, std::int64_t j1) {
  g.a += i0 * g.a_row;
  g.b += j0 * (g.trans_b ? g.ldb : 1);
  g.c += i0 * g.ldc + j0;
  if (g.bias) g.bias += j0;
  g.m = i1 - i0;
  g.n = j1 - j0;
  gemm(g);
}

void sgemm_part(const Gemm<float>& g, bool trans_a, std::int64_t i0, std::int64_t i1, std::int64_t j0,
                std::int64_t j1) {
  const SingleThreadedOpenMp single;
  float* const c = g.c + i0 * g.ldc + j0;
  if (g.bias)
    for (std::int64_t i = i0; i < i1; ++i) std::copy(g.bias + j0, g.bias + j1, g.c + i * g.ldc + j0);
  const auto status =
      dnnl_sgemm(trans_a ? 'T' : 'N', g.trans_b ? 'T' : 'N', i1 - i0, j1 - j0, g.k, 1.f, g.a + i0 * g.a_row,
                 trans_a ? g.a_col : g.a_row, g.b + j0 * (g.trans_b ? g.ldb : 1), g.ldb, g.bias ? 1.f : 0.f, c, g.ldc);
  if (status != dnnl_success) throw Error("matmul", "oneDNN refused the product, status " + std::to_string(status));
}

/// The longer side of c in pieces whose number depends on the sizes alone.
template <class F> void for_parts(std::int64_t m, std::int64_t n, double work, F&& part) {
  const bool by_rows = m >= n;
  const std::int64_t side = by_rows ? m : n;
  const auto wanted = std::int64_t(work / kShardWork);
  const std::int64_t shards = std::clamp<std::int64_t>(std::min(wanted, side / 16), 1, kMaxShards);
  parallel_for(shards, [&](std::int64_t s) {
    // Cuts lie on multiples of 16, so that only the last piece has a ragged edge.
    const auto cut = [&](std::int64_t i) { return i == shards ? side : side * i / shards / 16 * 16; };
    const std::int64_t from = cut(s), to = cut(s + 1);
    if (by_rows) part(from, to, std::int64_t(0), n);
    else part(std::int64_t(0), m, from, to);
  });
}

template <class T> void run(const MatmulArgs& args) {
  const double work = double(args.m) * double(args.n) * double(args.k);
  const auto product = [&](std::int64_t t, auto&& cut) {
    const Gemm<T> g = own_gemm<T>(args, t);
    cut(args.m, args.n, work, [&](std::int64_t i0, std::int64_t i1, std::int64_t j0, std::int64_t j1) {
      if constexpr (std::is_same_v<T, float>)
        if (work >= kLibraryFrom) return sgemm_part(g, args.trans_a, i0, i1, j0, j1);
      run_part(g, i0, i1, j0, j1);
    });
  };
  if (args.batch == 1) return product(0, [](auto m, auto n, double w, auto&& part) { for_parts(m, n, w, part); });
  const auto whole = [](auto m, auto n, double, auto&& part) { part(std::int64_t(0), m, std::int64_t(0), n); };
  const auto group = std::max<std::int64_t>(1, std::int64_t(kShardWork / std::max(work, 1.0)));
  parallel_for((args.batch + group - 1) / group, [&](std::int64_t s) {
    for (std::int64_t t = s * group; t < std::min(args.batch, (s + 1) * group); ++t) product(t, whole);
  });
}

}  // namespace

void matmul(const MatmulArgs& args, Stream) {
  if (args.m == 0 || args.n == 0) return;
  if (args.dtype == f64 || args.k == 0) {
    if (args.dtype == f64) run<double>(args);
    else for (std::int64_t t = 0; t < args.batch; ++t) gemm(own_gemm<float>(args, t));
    return;
  }
  run<float>(args);
}

void matmul(const MatmulArgs& args, const Epilogue& done) {
  matmul(args, Stream{});
  if (done) done(0, args.batch * args.m, 0, args.n);
}

}  // namespace lepton::kernels::cpu
