// Random tensors and dropout.
#include "lepton/ops/random.hpp"

#include <cmath>

#include "kernels/random.hpp"
#include "src/autograd/apply.hpp"

namespace lepton {
namespace detail {
namespace {

/// Takes counters from a generator: eagerly the place is a number; in a captured step, memory that each replay
/// writes.
class Draw {
 public:
  Draw(Generator& generator, std::uint64_t counters) {
    if (current_recorder) {
      place_.state = current_recorder->random(generator, counters, place_.distance);
    } else {
      here_[0] = generator.seed();
      here_[1] = generator.advance(counters);
      place_ = {here_, 0};
    }
  }
  Draw(const Draw&) = delete;
  Draw& operator=(const Draw&) = delete;
  const kernels::RandomPlace& place() const { return place_; }

 private:
  kernels::RandomPlace place_{};
  std::uint64_t here_[2] = {0, 0};
};

Tensor random(const Shape& shape, kernels::Distribution distribution, double a, double b, Generator& generator,
              TensorOptions options) {
  const Tensor y = empty(shape, options);
  require_computable(y, "random");
  const Draw draw(generator, kernels::random_counters(y.numel()));
  kernels::RandomArgs args{};
  args.place = draw.place();
  args.n = y.numel();
  args.a = a;
  args.b = b;
  args.distribution = distribution;
  args.dtype = options.dtype;
  launch(kernels::random, args, {writes(args.y, y)});
  return y;
}

/// y = x * scale where the mask says so. It is linear, so its gradient is itself.
struct MaskScale {
  static constexpr auto name = "mask_scale";
  static constexpr unsigned saves_inputs = 2;
  double scale;
  Spec infer(const Tensor& x, const Tensor&) const { return Spec(x.shape(), x.dtype()); }
  void run(Tensor& y, const Tensor& x, const Tensor& mask) const {
    kernels::MaskScaleArgs args{};
    args.n = x.numel();
    args.scale = scale;
    args.dtype = x.dtype();
    const Tensor dense = x.contiguous();
    launch(kernels::mask_scale, args, {reads(args.x, dense), reads(args.mask, mask), writes(args.y, y)});
  }
  Grads backward(const Saved& saved, const Tensor& g) const { return {apply(*this, g, saved.input(1)), Tensor()}; }
};

struct Dropout {
  static constexpr auto name = "dropout";
  static constexpr unsigned saves_outputs = 2;
  double scale;
  std::uint32_t keep_below;
  Generator* generator;

  std::array<Spec, 2> infer(const Tensor& x) const {
    return {Spec(x.shape(), x.dtype()), Spec({kernels::dropout_mask_bytes(x.numel())}, u8)};
  }
  void run(Tensor& y, Tensor& mask, const Tensor& x) const {
    const Draw draw(*generator, kernels::dropout_counters(x.numel()));
    kernels::DropoutArgs args{};
    args.place = draw.place();
    args.n = x.numel();
    args.scale = scale;
    args.keep_below = keep_below;
    args.dtype = x.dtype();
    launch(kernels::dropout, args, {reads(args.x, x), writes(args.y, y), writes(args.mask, mask)});
  }
  Grads backward(const Saved& saved, const Tensor& g) const { return apply(MaskScale{scale}, g, saved.output(1)); }
};

}  // namespace
}  // namespace detail

using kernels::Distribution;

Tensor uniform(const Shape& shape, double low, double high, Generator& generator, TensorOptions options) {
  return detail::random(shape, Distribution::uniform, low, high, generator, options);
}
Tensor uniform(const Shape& shape, double low, double high, TensorOptions options) {
  return uniform(shape, low, high, default_generator(), options);
}
Tensor rand(const Shape& shape, TensorOptions options) { return uniform(shape, 0, 1, options); }

Tensor normal(const Shape& shape, double mean, double deviation, Generator& generator, TensorOptions options) {
  return detail::random(shape, Distribution::normal, mean, deviation, generator, options);
}
Tensor normal(const Shape& shape, double mean, double deviation, TensorOptions options) {
  return normal(shape, mean, deviation, default_generator(), options);
}
Tensor randn(const Shape& shape, TensorOptions options) { return normal(shape, 0, 1, options); }

Tensor dropout(const Tensor& x, double p, Generator& generator) {
  if (!(p >= 0 && p <= 1)) throw Error("dropout", "p must lie in [0, 1], got " + std::to_string(p));
  detail::require_computable(x, "dropout");
  const auto keep_below = std::uint32_t(std::lround((1 - p) * 65536));
  const double scale = keep_below == 0 ? 0 : 65536.0 / keep_below;
  // Contiguous, because the mask counts elements in row-major order.
  return detail::apply(detail::Dropout{scale, keep_below, &generator}, x.contiguous())[0];
}
Tensor dropout(const Tensor& x, double p) { return dropout(x, p, default_generator()); }

}  // namespace lepton
