// The blocks that large products and convolutions are made of, in every build: packing, rows anywhere, segments.
#include <array>
#include <memory>

#include "kernels/cpu/dispatch.hpp"
#include "kernels/cpu/gemm_kernels.hpp"
#include "matmul_reference.hpp"

namespace lepton::test {
namespace {

using namespace kernels::cpu;

struct Build {
  const char* name;
  Isa isa;
  DType compute;
  const GemmKernels& kernels;
};

class MatmulBlock : public ::testing::TestWithParam<Build> {};
INSTANTIATE_TEST_SUITE_P(Builds, MatmulBlock,
                         ::testing::Values(Build{"f32_v3", Isa::v3, f32, v3::kGemmF32},
                                           Build{"f32_v4", Isa::v4, f32, v4::kGemmF32},
                                           Build{"f64_v3", Isa::v3, f64, v3::kGemmF64},
                                           Build{"f64_v4", Isa::v4, f64, v4::kGemmF64},
                                           Build{"bf16_v3", Isa::v3, bf16, v3::kGemmBf16},
                                           Build{"bf16_v4", Isa::v4, bf16, v4::kGemmBf16},
                                           Build{"bf16_v4bf16", Isa::v4bf16, bf16, v4bf16::kGemmBf16}),
                         [](const auto& build) { return std::string(build.param.name); });

/// b packed for `build`, in 64-byte aligned memory that ends where the bytes do.
struct Packed {
  std::vector<char> memory;
  void* at;
};
Packed room(const Build& build, std::int64_t k, std::int64_t n) {
  const std::int64_t units = (k + build.kernels.unit - 1) / build.kernels.unit;
  const auto bytes = std::size_t(GemmPanels(n, build.kernels.lanes).vectors * build.kernels.lanes * units) *
                     (build.compute == f64 ? 8 : 4);
  Packed p{std::vector<char>(bytes + 63, char(0xff)), nullptr};
  std::size_t space = bytes + 63;
  void* at = p.memory.data();
  p.at = std::align(64, bytes, at, space);
  return p;
}

/// Rows of `segments` parts that lie in memory in a mixed order, times a b that is stored by rows or by columns.
/// Row is what a row holds: T, or the bits of a bf16.
template <class T, class Row>
void check(const Build& build, std::int64_t m, std::int64_t n, std::int64_t segments, std::int64_t depth,
           bool trans_b, bool accumulate) {
  const std::int64_t k = segments * depth, ldb = (trans_b ? k : n) + 3, ldc = n + 5;
  const auto a = normal_data<T>(m * k, 0, 1, 1), b = normal_data<T>((trans_b ? n : k) * ldb, 0, 1, 2);
  const auto bias = normal_data<T>(n, 0, 1, 3);
  auto c = normal_data<T>(m * ldc, 0, 1, 4);
  const auto before = c;
  std::vector<Row> held(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    if constexpr (std::is_same_v<Row, std::uint16_t>) held[i] = Bf16(float(a[i])).bits;
    else held[i] = a[i];
  }
  std::vector<const void*>
      rows;  // [segments][m], row i of segment s being part (7 i + 3 s) mod m s of memory
  const auto part = [&](std::int64_t s, std::int64_t i) { return ((7 * i + 3 * s) % m) * segments + s; };
  for (std::int64_t s = 0; s < segments; ++s)
    for (std::int64_t i = 0; i < m; ++i) rows.push_back(held.data() + part(s, i) * depth);
  const DType from = build.compute == f64 ? f64 : f32;
  const Packed packed = room(build, k, n);
  const std::int64_t panels = GemmPanels(n, build.kernels.lanes).count;
  GemmPack pack{.b = b.data(),
                .b_k = trans_b ? 1 : ldb,
                .b_n = trans_b ? ldb : 1,
                .k = k,
                .n = n,
                .to = packed.at,
                .from = from,
                .compute = build.compute};
  for (pack.panel0 = 0; pack.panel0 < panels; ++pack.panel0) {  // in two calls or one
    pack.panel1 = pack.panel0 == 0 ? 1 : panels;
    build.kernels.pack(pack);
    if (pack.panel1 == panels) break;
  }
  build.kernels.block({.rows = rows.data(),
                       .segments = segments,
                       .rows_step = m,
                       .depth = depth,
                       .b = packed.at,
                       .bias = bias.data(),
                       .c = c.data(),
                       .ldc = ldc,
                       .m = m,
                       .n = n,
                       .accumulate = accumulate,
                       .compute = build.compute});
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t j = 0; j < ldc; ++j) {
      if (j >= n) {
        ASSERT_EQ(c[std::size_t(i * ldc + j)], before[std::size_t(i * ldc + j)]);
        continue;
      }
      Dot sum;
      sum.add(1, double(accumulate ? before[std::size_t(i * ldc + j)] : bias[std::size_t(j)]));
      for (std::int64_t s = 0; s < segments; ++s)
        for (std::int64_t p = 0; p < depth; ++p) {
          const std::int64_t q = s * depth + p;
          sum.add(factor(a[std::size_t(part(s, i) * depth + p)], build.compute),
                  factor(b[std::size_t(trans_b ? j * ldb + q : q * ldb + j)], build.compute));
        }
      expect_dot(c[std::size_t(i * ldc + j)], sum, k + 1);
      if (::testing::Test::HasFailure()) {
        ADD_FAILURE() << m << "x" << n << ", " << segments << " segments of " << depth << ", at " << i << ", "
                      << j;
        return;
      }
    }
}

TEST_P(MatmulBlock, MultipliesRowsAnywhereWithPackedColumns) {
  const Build& build = GetParam();
  if (!supports(build.isa)) GTEST_SKIP() << "this CPU lacks the instruction set";
  for (const std::int64_t m : {1, 2, 3, 4, 5, 7, 8, 9, 23})
    for (const std::int64_t n : {1, 7, 8, 16, 17, 24, 33, 47, 48, 50, 64, 65, 97, 112, 113})
      for (const bool other : {false, true}) {
        const std::int64_t segments = other ? 1 : 3, depth = other ? 38 : 6;
        if (build.compute == f64) check<double, double>(build, m, n, segments, depth, other, !other);
        else if (build.compute == bf16)
          check<float, std::uint16_t>(build, m, n, segments, depth, other, !other);
        else check<float, float>(build, m, n, segments, depth, other, !other);
      }
}

template <class T> void check_serial(DType compute, std::int64_t m, std::int64_t n, std::int64_t k) {
  const std::int64_t ldc = n + 3;
  const auto a = normal_data<T>(k * m, 0, 1, 1), b = normal_data<T>(k * n, 0, 1, 2);
  auto c = normal_data<T>(m * ldc, 0, 1, 4);
  const auto before = c;
  GemmLarge g{};
  g.a = a.data();
  g.b = b.data();
  g.c = c.data();
  g.m = m;
  g.n = n;
  g.k = k;
  g.lda = m;
  g.ldb = n;
  g.ldc = ldc;
  g.trans_a = true;
  g.a_type = g.b_type = dtype_of<T>;
  g.compute = compute;
  g.accumulate = true;
  gemm_serial(g);
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t j = 0; j < n; ++j) {
      Dot sum;
      sum.add(1, double(before[std::size_t(i * ldc + j)]));
      for (std::int64_t p = 0; p < k; ++p)
        sum.add(factor(a[std::size_t(p * m + i)], compute), factor(b[std::size_t(p * n + j)], compute));
      ASSERT_NO_FATAL_FAILURE(expect_dot(c[std::size_t(i * ldc + j)], sum, k + 1));
    }
}

TEST(MatmulSerial, AddsToWhatIsThere) {
  for (const auto& [m, n, k] :
       {std::array<std::int64_t, 3>{64, 288, 900}, {9, 50, 3}, {200, 16, 401}, {5, 5, 0}}) {
    check_serial<float>(f32, m, n, k);
    check_serial<float>(bf16, m, n, k);
    check_serial<double>(f64, m, n, k);
  }
}

TEST_P(MatmulBlock, PanelsAreFullButForTheLastTwo) {
  const std::int64_t lanes = GetParam().kernels.lanes;
  for (std::int64_t n = 1; n < 20 * lanes; ++n) {
    const GemmPanels panels(n, lanes);
    EXPECT_EQ(panels.begin(0), 0);
    EXPECT_EQ(panels.begin(panels.count), (n + lanes - 1) / lanes);
    for (std::int64_t p = 0; p < panels.count; ++p) {
      const std::int64_t vectors = panels.begin(p + 1) - panels.begin(p);
      EXPECT_LE(vectors, 3);
      EXPECT_GE(vectors, p + 2 < panels.count ? 3 : panels.count > 1 ? 2 : 1);
    }
  }
}

}  // namespace
}  // namespace lepton::test
