// Products against a double, over sizes, layouts, types and batches; packed or not, in any number of threads.
#include <algorithm>
#include <limits>

#include "kernels/matmul.hpp"
#include "matmul_reference.hpp"

namespace lepton::test {
namespace {

using kernels::MatmulArgs;
namespace cpu = kernels::cpu;

/// A product with its operands. Matrices of a batch lie one after the other, rows apart by more than their length.
template <class T> struct Case {
  MatmulArgs args{};
  std::vector<T> a, b, bias, c;

  Case(std::int64_t m, std::int64_t n, std::int64_t k, bool trans_a, bool trans_b,
       DType compute = dtype_of<T>, std::int64_t batch = 1, bool repeat_b = false) {
    args.batch = batch;
    args.m = m;
    args.n = n;
    args.k = k;
    args.trans_a = trans_a;
    args.trans_b = trans_b;
    args.lda = (trans_a ? m : k) + 3;
    args.ldb = (trans_b ? k : n) + (n % 2);
    args.batch_stride_a = (trans_a ? k : m) * args.lda + 1;
    args.batch_stride_b = repeat_b ? 0 : (trans_b ? n : k) * args.ldb;
    args.dtype = dtype_of<T>;
    args.compute = compute;
    a = normal_data<T>(batch * args.batch_stride_a, 0, 1, 1);
    b = normal_data<T>((trans_b ? n : k) * args.ldb * (repeat_b ? 1 : batch), 0, 1, 2);
    bias = normal_data<T>(n, 0, 1, 3);
    c.assign(std::size_t(batch * m * n), T(7));
    point();
  }
  void point() {
    args.a = a.data();
    args.b = b.data();
    args.bias = bias.data();
    args.c = c.data();
  }
  std::size_t at_a(std::int64_t t, std::int64_t i, std::int64_t p) const {
    return std::size_t(t * args.batch_stride_a + (args.trans_a ? p * args.lda + i : i * args.lda + p));
  }
  std::size_t at_b(std::int64_t t, std::int64_t p, std::int64_t j) const {
    return std::size_t(t * args.batch_stride_b + (args.trans_b ? j * args.ldb + p : p * args.ldb + j));
  }
  Dot dot(std::int64_t t, std::int64_t i, std::int64_t j) const {
    Dot sum;
    if (args.bias) sum.add(1, double(bias[std::size_t(j)]));
    for (std::int64_t p = 0; p < args.k; ++p)
      sum.add(factor(a[at_a(t, i, p)], args.compute), factor(b[at_b(t, p, j)], args.compute));
    return sum;
  }
  std::string name() const {
    return std::to_string(args.batch) + " x " + std::to_string(args.m) + "x" + std::to_string(args.n) + "x" +
           std::to_string(args.k) + (args.trans_a ? " T" : " N") + (args.trans_b ? "T" : "N");
  }
  /// Every result where there are few, else about 2000 of them, corners included.
  void expect_right() const {
    const std::int64_t size = args.m * args.n * args.batch, step = std::max<std::int64_t>(1, size / 2000);
    for (std::int64_t e = 0; e < size; e += step) {
      const std::int64_t at = e + step >= size ? size - 1 : e;
      const std::int64_t j = at % args.n, i = at / args.n % args.m, t = at / (args.n * args.m);
      expect_dot(c[std::size_t(at)], dot(t, i, j), args.k + 1);
      if (::testing::Test::HasFailure()) {
        ADD_FAILURE() << name() << " at " << t << ", " << i << ", " << j;
        return;
      }
    }
  }
};

template <class T> std::vector<T> product(Case<T>& x, const kernels::Epilogue& done = {}) {
  std::fill(x.c.begin(), x.c.end(), T(7));
  cpu::matmul(x.args, done);
  return x.c;
}

/// The same with b packed beforehand; empty where it never is.
template <class T> std::vector<T> packed_product(Case<T>& x) {
  const std::size_t bytes = cpu::matmul_packed_bytes(x.args);
  if (bytes == 0) return {};
  std::vector<char> memory(bytes + 64, char(0xff));
  std::size_t space = memory.size();
  void* at = memory.data();
  std::align(64, bytes, at, space);
  cpu::matmul_pack({.b = x.args.b,
                    .packed = at,
                    .n = x.args.n,
                    .k = x.args.k,
                    .ldb = x.args.ldb,
                    .trans_b = x.args.trans_b,
                    .b_bf16 = x.args.b_bf16,
                    .compute = x.args.compute},
                   kCpuStream);
  const MatmulArgs before = x.args;
  x.args.b = at;
  x.args.b_packed = true;
  const auto c = product(x);
  x.args = before;
  return c;
}

template <class T> void check(Case<T> x) {
  with_any_threads([&] { return product(x); });
  x.expect_right();
  const auto plain = x.c;
  if (x.args.batch_stride_b == 0 || x.args.batch == 1) {
    const auto packed = with_any_threads([&] { return packed_product(x); });
    if (packed.empty()) return;
    EXPECT_EQ(std::memcmp(packed.data(), plain.data(), plain.size() * sizeof(T)), 0) << x.name();
  }
}

constexpr std::int64_t kSizes[][3] = {{1, 1, 1},       {1, 5, 3},      {3, 1, 70},      {2, 3, 0},
                                      {64, 64, 0},     {8, 48, 16},    {9, 49, 17},     {7, 47, 15},
                                      {33, 33, 33},    {5, 200, 129},  {130, 10, 300},  {65, 97, 200},
                                      {100, 100, 100}, {1, 300, 513},  {300, 1, 400},   {4, 128, 1000},
                                      {260, 130, 70},  {24, 40, 2500}, {150, 250, 401}, {40, 800, 390}};

template <class T> void check_sizes(DType compute) {
  for (const auto& [m, n, k] : kSizes)
    for (const bool trans_a : {false, true})
      for (const bool trans_b : {false, true}) {
        check(Case<T>(m, n, k, trans_a, trans_b, compute));
        if (::testing::Test::HasFailure()) return;
      }
}

TEST(Matmul, F32) { check_sizes<float>(f32); }
TEST(Matmul, F64) { check_sizes<double>(f64); }
TEST(Matmul, Bf16Factors) { check_sizes<float>(bf16); }

TEST(Matmul, ShapesOfLayersAndTheirGradients) {
  for (const DType compute : {f32, bf16}) {
    check(Case<float>(128, 400, 784, false, true, compute));
    check(Case<float>(128, 784, 400, false, false, compute));
    check(Case<float>(400, 784, 128, true, false, compute));
    check(Case<float>(32, 64, 12544, false, true, compute));
    check(Case<float>(64, 12544, 32, true, false, compute));
    check(Case<float>(1000, 64, 32, false, false, compute));
  }
}

TEST(Matmul, Batches) {
  for (const DType compute : {f32, bf16})
    for (const bool trans_b : {false, true})
      for (const bool repeat_b : {false, true}) {
        check(Case<float>(17, 9, 5, false, trans_b, compute, 50, repeat_b));
        check(Case<float>(32, 32, 32, !trans_b, trans_b, compute, 20, repeat_b));
        check(Case<float>(130, 70, 64, false, trans_b, compute, 3, repeat_b));
        check(Case<float>(256, 256, 64, false, trans_b, compute, 2, repeat_b));
        check(Case<float>(16, 24, 4096, false, trans_b, compute, 3, repeat_b));
      }
  check(Case<double>(17, 9, 5, false, false, f64, 50));
  check(Case<double>(70, 130, 65, true, true, f64, 3, true));
}

TEST(Matmul, WithoutBias) {
  for (const std::int64_t k : {0, 7, 1000, 5000}) {
    Case<float> x(20, 50, k, false, true);
    x.args.bias = nullptr;
    product(x);
    x.expect_right();
  }
}

TEST(Matmul, FactorsStoredAsBf16GiveTheBitsOfRoundedOnes) {
  for (const auto& [m, n, k] : kSizes)
    for (const bool trans_a : {false, true})
      for (const bool trans_b : {false, true}) {
        Case<float> x(m, n, k, trans_a, trans_b, bf16);
        const auto expected = product(x);
        std::vector<std::uint16_t> a, b;
        for (const float e : x.a) a.push_back(Bf16(e).bits);
        for (const float e : x.b) b.push_back(Bf16(e).bits);
        x.args.a = a.data();
        x.args.a_bf16 = true;
        EXPECT_EQ(product(x), expected) << x.name();
        x.args.b = b.data();
        x.args.b_bf16 = true;
        EXPECT_EQ(product(x), expected) << x.name();
        const auto packed = packed_product(x);
        EXPECT_TRUE(packed.empty() || packed == expected) << x.name();
      }
}

TEST(Matmul, NothingIsReadBesideAMatrix) {
  // What lies between the rows, and behind the last, is NaN.
  for (const DType compute : {f32, bf16})
    for (const auto& [m, n, k] : kSizes)
      for (const bool trans_a : {false, true})
        for (const bool trans_b : {false, true}) {
          Case<float> x(m, n, k, trans_a, trans_b, compute), y = x;
          std::fill(y.a.begin(), y.a.end(), std::nanf(""));
          y.b.resize(y.b.size() + 64);
          std::fill(y.b.begin(), y.b.end(), std::nanf(""));
          for (std::int64_t p = 0; p < k; ++p) {
            for (std::int64_t i = 0; i < m; ++i) y.a[x.at_a(0, i, p)] = x.a[x.at_a(0, i, p)];
            for (std::int64_t j = 0; j < n; ++j) y.b[x.at_b(0, p, j)] = x.b[x.at_b(0, p, j)];
          }
          y.point();
          EXPECT_EQ(product(y), product(x)) << x.name();
        }
}

TEST(Matmul, NanAndInfinitySurvive) {
  const float inf = std::numeric_limits<float>::infinity();
  for (const DType compute : {f32, bf16})
    for (const std::int64_t size : {6, 70, 200}) {
      Case<float> x(size, size + 50, size, false, true, compute);
      x.a[x.at_a(0, 1, 2)] = std::nanf("");
      x.a[x.at_a(0, 2, 3)] = inf;
      x.b[x.at_b(0, 4, 5)] = -inf;
      x.a[x.at_a(0, 3, 4)] = 0;  // 0 * inf
      const auto c = product(x);
      const auto at = [&](std::int64_t i, std::int64_t j) { return c[std::size_t(i * x.args.n + j)]; };
      EXPECT_TRUE(std::isnan(at(1, 0)) && std::isnan(at(1, x.args.n - 1)) && std::isnan(at(3, 5)));
      EXPECT_EQ(at(2, 0), x.b[x.at_b(0, 3, 0)] > 0 ? inf : -inf);
      EXPECT_EQ(at(0, 5), x.a[x.at_a(0, 0, 4)] > 0 ? -inf : inf);
      EXPECT_TRUE(std::isfinite(at(0, 0)) && std::isfinite(at(4, 4)));
    }
}

/// Counts what an epilogue is given, and writes what it sees.
struct Seen {
  const float* c;
  std::int64_t n;
  std::vector<float> copy;
  std::vector<int> times;
  bool cut_evenly = true;
};

TEST(Matmul, EpiloguesSeeEveryFinalResultOnce) {
  const auto run = [](const void* context, std::int64_t row0, std::int64_t row1, std::int64_t col0,
                      std::int64_t col1) {
    auto& seen = *static_cast<Seen*>(const_cast<void*>(context));
    EXPECT_LT(row0, row1);
    EXPECT_LT(col0, col1);
    if (col0 % 16 != 0 || (col1 % 16 != 0 && col1 != seen.n)) seen.cut_evenly = false;
    for (std::int64_t i = row0; i < row1; ++i)
      for (std::int64_t j = col0; j < col1; ++j) {
        seen.copy[std::size_t(i * seen.n + j)] = seen.c[i * seen.n + j];
        ++seen.times[std::size_t(i * seen.n + j)];
      }
  };
  std::vector<Case<float>> cases;
  for (const DType compute : {f32, bf16}) {
    cases.push_back(Case<float>(5, 7, 3, false, true, compute, 30));
    cases.push_back(Case<float>(300, 200, 900, false, false, compute));
    cases.push_back(Case<float>(128, 400, 784, false, true, compute));
    cases.push_back(Case<float>(500, 700, 100, true, false, compute));
    cases.push_back(Case<float>(40, 1001, 700, false, true, compute));
    cases.push_back(Case<float>(130, 100, 64, true, true, compute, 7));
    cases.push_back(Case<float>(16, 24, 4096, false, true, compute, 2));
    cases.push_back(Case<float>(16, 24, 0, false, true, compute, 2));
  }
  for (Case<float>& x : cases) {
    const auto expected = product(x);
    with_any_threads([&] {
      Seen seen{x.c.data(), x.args.n, std::vector<float>(x.c.size()), std::vector<int>(x.c.size()), true};
      product(x, kernels::Epilogue{run, &seen});
      EXPECT_EQ(seen.times, std::vector<int>(x.c.size(), 1)) << x.name();
      EXPECT_EQ(seen.copy, expected) << x.name();
      EXPECT_TRUE(seen.cut_evenly) << x.name();
      return seen.copy;
    });
  }
}

TEST(Matmul, InsideARegion) {
  std::vector<Case<float>> cases(4, Case<float>(200, 300, 250, false, true));
  for (Case<float>& x : cases) x.point();
  parallel_for(4, [&](std::int64_t i) { product(cases[std::size_t(i)]); });
  for (Case<float>& x : cases) {
    x.expect_right();
    EXPECT_EQ(x.c, cases[0].c);
  }
}

}  // namespace
}  // namespace lepton::test
