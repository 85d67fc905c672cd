// Batch normalisation with a residual and an activation, against the separate kernels, bit for bit.
#include "check.hpp"
#include "kernels/batch_norm.hpp"
#include "kernels/pointwise.hpp"
#include "lepton/ops/formula/binary.hpp"
#include "lepton/ops/formula/unary.hpp"

namespace lepton::kernels {
namespace {

using test::kCpuStream;

struct Shape {
  std::int64_t rows, c;
};
// Fewer rows than shards, rows that are no whole group, channels around a vector, enough for threads.
const Shape kShapes[] = {{2, 1}, {1, 3}, {7, 5}, {9, 17}, {33, 64}, {100, 130}, {257, 24}, {20000, 32}};

/// Normal numbers, repeated where there are many.
template <class T> std::vector<T> numbers(std::int64_t n, double mean, double deviation, unsigned seed) {
  auto x = test::normal_data<T>(std::min<std::int64_t>(n, 100003), mean, deviation, seed);
  const std::size_t period = x.size();
  x.resize(std::size_t(n));
  for (std::size_t i = period; i < x.size(); ++i) x[i] = x[i - period];
  return x;
}

/// Batch normalisation with a residual and an activation: in one, and by separate kernels.
template <class T> struct Fused {
  Shape shape;
  BatchNormActivation activation;
  std::vector<T> x, weight, bias, mean, rstd, rest, residual, g;
  std::vector<double> scratch;

  Fused(Shape s, BatchNormActivation a)
      : shape(s),
        activation(a),
        x(numbers<T>(s.rows * s.c, 0.5, 4, 1)),
        weight(test::normal_data<T>(s.c, 1, 1, 2)),
        bias(test::normal_data<T>(s.c, 0, 1, 3)),
        mean(weight.size()),
        rstd(weight.size()),
        rest(weight.size()),
        residual(numbers<T>(s.rows * s.c, 0, 4, 7)),
        g(numbers<T>(s.rows * s.c, 0.1, 1, 8)),
        scratch(std::size_t(batch_norm_scratch(s.c))) {}

  std::int64_t size() const { return shape.rows * shape.c; }
  std::uint8_t formula() const {
    return std::uint8_t(activation == BatchNormActivation::relu ? index_of<op::Relu, op::UnaryOps>
                                                                : index_of<op::Relu6, op::UnaryOps>);
  }
  BatchNormArgs forward(void* y) {
    return {x.data(),    weight.data(), bias.data(),
            nullptr,     nullptr,       y,
            mean.data(), rstd.data(),   scratch.data(),
            shape.rows,  shape.c,       1e-5,
            0.1,         dtype_of<T>,   BatchNormActivation::none,
            nullptr,     rest.data(),   1};
  }
  BatchNormGradArgs backward(const void* incoming, void* dx, T* dweight, T* dbias) {
    return {x.data(),
            incoming,
            weight.data(),
            mean.data(),
            rstd.data(),
            dx,
            dweight,
            dbias,
            scratch.data(),
            shape.rows,
            shape.c,
            dtype_of<T>,
            BatchNormActivation::none,
            nullptr,
            nullptr,
            nullptr,
            bias.data(),
            1};
  }

  std::vector<T> separate_y(bool add) {
    std::vector<T> y(g.size());
    cpu::batch_norm(forward(y.data()), kCpuStream);
    if (add) {
      Walk w{};
      w.rank = 1, w.size[0] = w.n = size(), w.stride[0][0] = w.stride[1][0] = 1;
      constexpr auto kAdd = std::uint8_t(index_of<op::Add, op::BinaryOps>);
      cpu::binary({y.data(), residual.data(), y.data(), w, dtype_of<T>, kAdd}, kCpuStream);
    }
    if (activation != BatchNormActivation::none)
      cpu::unary({y.data(), y.data(), size(), dtype_of<T>, formula(), {}}, kCpuStream);
    return y;
  }
  std::vector<T> fused_y(bool add, bool in_place) {
    return test::with_any_threads([&] {
      std::vector<T> y = in_place ? residual : std::vector<T>(g.size());
      BatchNormArgs args = forward(y.data());
      args.activation = activation;
      if (add) args.residual = in_place ? y.data() : residual.data();
      cpu::batch_norm(args, kCpuStream);
      return y;
    });
  }
  std::vector<T> separate_dresidual(const std::vector<T>& y) {
    std::vector<T> d = g;
    if (activation != BatchNormActivation::none)
      cpu::unary_grad({g.data(), y.data(), d.data(), size(), dtype_of<T>, formula(), {}}, kCpuStream);
    return d;
  }
  /// dx, then dweight, dbias and, where wanted, dresidual. Without y, a fused one makes it of x again.
  std::vector<T> gradients(const std::vector<T>& y, bool fused, bool wanted, bool in_place) {
    return test::with_any_threads([&] {
      std::vector<T> incoming = fused ? g : separate_dresidual(y), dx(g.size()), dw(mean.size()), db(dw),
                     dr(g.size());
      T* const residual_to = in_place ? incoming.data() : dr.data();
      BatchNormGradArgs args =
          backward(incoming.data(), in_place ? incoming.data() : dx.data(), dw.data(), db.data());
      if (in_place && wanted) args.dx = dx.data();  // each alone may take the place of g
      if (fused) {
        args.activation = activation;
        if (y.empty()) args.mean_rest = rest.data();
        else args.y = y.data();
        args.dresidual = wanted ? residual_to : nullptr;
      }
      const auto masked = incoming;
      cpu::batch_norm_grad(args, kCpuStream);
      std::vector<T> all(static_cast<T*>(args.dx), static_cast<T*>(args.dx) + g.size());
      all.insert(all.end(), dw.begin(), dw.end());
      all.insert(all.end(), db.begin(), db.end());
      const T* const masked_at = fused ? residual_to : masked.data();
      if (wanted) all.insert(all.end(), masked_at, masked_at + g.size());
      return all;
    });
  }
};

template <class T> void expect_fused_is_separate(Shape s, BatchNormActivation activation) {
  SCOPED_TRACE(std::to_string(s.rows) + " x " + std::to_string(s.c) + ", activation " +
               std::to_string(int(activation)));
  Fused<T> f(s, activation);
  for (const bool add : {false, true}) {
    const auto y = f.separate_y(add);
    EXPECT_TRUE(f.fused_y(add, false) == y);
    EXPECT_TRUE(!add || f.fused_y(add, true) == y);
    for (const bool in_place : {false, true})
      EXPECT_TRUE(f.gradients(y, true, add, in_place) == f.gradients(y, false, add, false))
          << add << in_place;
  }
  const auto y = f.separate_y(false);
  for (const bool wanted : {false, true})
    EXPECT_TRUE(f.gradients({}, true, wanted, false) == f.gradients(y, false, wanted, false)) << wanted;
}

template <class T> class BatchNormFused : public ::testing::Test {};
TYPED_TEST_SUITE(BatchNormFused, test::Floats);

TYPED_TEST(BatchNormFused, WithResidualAndActivationIsSeparateKernels) {
  for (const auto activation :
       {BatchNormActivation::none, BatchNormActivation::relu, BatchNormActivation::relu6})
    for (const Shape s : kShapes) expect_fused_is_separate<TypeParam>(s, activation);
}

TYPED_TEST(BatchNormFused, OfMoreThanTheCachesHold) {
  constexpr std::int64_t kRows = (32 << 20) / 64 / std::int64_t(sizeof(TypeParam)) + 9;
  Fused<TypeParam> f({kRows, 64}, BatchNormActivation::relu);
  const auto y = f.separate_y(true);
  EXPECT_TRUE(f.fused_y(true, false) == y);
  EXPECT_TRUE(f.gradients(y, true, true, false) == f.gradients(y, false, true, false));
}

/// Runs `part` image by image, shard after shard, the last shard first.
template <class Part> void for_parts(std::int64_t images, Part&& part) {
  for (std::int64_t shard = kBatchNormShards; shard-- > 0;) {
    const std::int64_t begin = images * shard / kBatchNormShards,
                       end = images * (shard + 1) / kBatchNormShards;
    for (std::int64_t i = begin; i < end; ++i) part(i, BatchNormPart{1, shard, i == begin});
  }
}

TYPED_TEST(BatchNormFused, PartsGiveTheBitsOfTheWhole) {
  using T = TypeParam;
  constexpr std::int64_t kImages = 16, kPixels = 24, kC = 19;
  ASSERT_TRUE(cpu::batch_norm_has_parts(kImages * kPixels, kImages));
  for (const auto activation :
       {BatchNormActivation::none, BatchNormActivation::relu, BatchNormActivation::relu6})
    for (const bool add : {false, true}) {
      Fused<T> f({kImages * kPixels, kC}, activation);
      const auto y = f.separate_y(add);
      const auto mean = f.mean, rstd = f.rstd;
      std::vector<T> mine(y.size());
      BatchNormArgs args = f.forward(nullptr);
      args.activation = activation, args.images = kImages;
      const auto at = [&](const std::vector<T>& v, std::int64_t i) { return v.data() + i * kPixels * kC; };
      for_parts(kImages, [&](std::int64_t i, const BatchNormPart& part) {
        args.x = at(f.x, i);
        cpu::batch_norm_add(args, part);
      });
      cpu::batch_norm_finish(args);
      EXPECT_TRUE(f.mean == mean && f.rstd == rstd);
      for_parts(kImages, [&](std::int64_t i, const BatchNormPart& part) {
        args.x = at(f.x, i), args.y = const_cast<T*>(at(mine, i)),
        args.residual = add ? at(f.residual, i) : nullptr;
        cpu::batch_norm_apply_part(args, part);
      });
      EXPECT_TRUE(mine == y);

      std::vector<T> dx(y.size()), dr(y.size()), dw(mean.size()), db(mean.size());
      BatchNormGradArgs grad = f.backward(nullptr, nullptr, dw.data(), db.data());
      grad.activation = activation, grad.images = kImages;
      const auto move = [&](std::int64_t i) {
        grad.x = at(f.x, i), grad.g = at(f.g, i), grad.y = at(y, i), grad.dx = const_cast<T*>(at(dx, i));
        grad.dresidual = add ? const_cast<T*>(at(dr, i)) : nullptr;
      };
      for_parts(kImages, [&](std::int64_t i, const BatchNormPart& part) {
        move(i), cpu::batch_norm_grad_add(grad, part);
      });
      cpu::batch_norm_grad_finish(grad);
      for_parts(kImages, [&](std::int64_t i, const BatchNormPart& part) {
        move(i), cpu::batch_norm_grad_apply_part(grad, part);
      });
      std::vector<T> all = dx;
      all.insert(all.end(), dw.begin(), dw.end());
      all.insert(all.end(), db.begin(), db.end());
      if (add) all.insert(all.end(), dr.begin(), dr.end());
      EXPECT_TRUE(all == f.gradients(y, false, add, false)) << int(activation) << add;
    }
}

TEST(BatchNormParts, NeedShardsOfWholeImages) {
  EXPECT_TRUE(cpu::batch_norm_has_parts(32 * 112 * 112, 32));
  EXPECT_TRUE(cpu::batch_norm_has_parts(8 * 16, 8));
  EXPECT_FALSE(cpu::batch_norm_has_parts(32 * 49, 32));  // groups of rows would lie in two images
  EXPECT_FALSE(cpu::batch_norm_has_parts(4 * 64, 4));    // fewer images than shards
  EXPECT_FALSE(cpu::batch_norm_has_parts(64, 1));
}

}  // namespace
}  // namespace lepton::kernels
