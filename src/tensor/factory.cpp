// Making tensors.
#include "lepton/tensor/factory.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <memory>

#include "kernels/pointwise.hpp"
#include "lepton/core/half.hpp"
#include "src/tensor/launch.hpp"
#include "src/tensor/make.hpp"

namespace lepton {
namespace {

template <class T> std::uint64_t bits_of(T value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  return bits;
}

std::uint64_t element_bits(double value, DType dtype) {
  switch (dtype) {
    case DType::f32: return bits_of(float(value));
    case DType::f64: return bits_of(value);
    case DType::f16: return bits_of(F16(float(value)).bits);
    case DType::bf16: return bits_of(Bf16(float(value)).bits);
    case DType::i8: return bits_of(std::int8_t(value));
    case DType::u8: return bits_of(std::uint8_t(value));
    case DType::i32: return bits_of(std::int32_t(value));
    case DType::i64: return bits_of(std::int64_t(value));
    default: return value != 0;
  }
}

void fill(const Tensor& y, double value) {
  kernels::FillArgs args{};
  args.n = y.numel();
  args.bits = element_bits(value, y.dtype());
  args.element_size = std::uint8_t(size_of(y.dtype()));
  detail::launch(kernels::fill, args, {detail::writes(args.y, y)});
}

/// f(number) of `n` numbers at equal distances, made by the host, once: a constant of a captured step.
template <class F>
Tensor spaced(const char* op, double start, double stop, std::int64_t n, TensorOptions options, F f) {
  if (n < 0 || !std::isfinite(start) || !std::isfinite(stop))
    throw Error(op, "needs finite bounds and a count that is not negative");
  const detail::PauseRecording pause;
  const Tensor values = empty({n}, {.dtype = f64});
  double* p = static_cast<double*>(values.raw());
  for (std::int64_t i = 0; i < n; ++i) {  // from both ends, so that these are exact
    const double part = n > 1 ? double(i) / double(n - 1) : 0;
    p[i] = f(2 * i < n ? start + part * (stop - start) : stop - (1 - part) * (stop - start));
  }
  return values.to(options.dtype).to(options.device);
}

}  // namespace

Tensor empty(const Shape& shape, TensorOptions options) {
  return detail::make_tensor(detail::Spec(shape, options.dtype), options.device);
}

Tensor full(const Shape& shape, double value, TensorOptions options) {
  Tensor y = empty(shape, options);
  fill(y, value);
  return y;
}

Tensor zeros(const Shape& shape, TensorOptions options) { return full(shape, 0, options); }
Tensor ones(const Shape& shape, TensorOptions options) { return full(shape, 1, options); }

Tensor zeros_like(const Tensor& x) { return zeros(x.shape(), {.dtype = x.dtype(), .device = x.device()}); }
Tensor ones_like(const Tensor& x) { return ones(x.shape(), {.dtype = x.dtype(), .device = x.device()}); }

Tensor empty_like(const Tensor& x) { return empty(x.shape(), {.dtype = x.dtype(), .device = x.device()}); }
Tensor full_like(const Tensor& x, double value) {
  return full(x.shape(), value, {.dtype = x.dtype(), .device = x.device()});
}

Tensor linspace(double start, double stop, std::int64_t n, TensorOptions options) {
  return spaced("linspace", start, stop, n, options, [](double x) { return x; });
}
Tensor logspace(double start, double stop, std::int64_t n, double base, TensorOptions options) {
  return spaced("logspace", start, stop, n, options, [base](double x) { return std::pow(base, x); });
}

Tensor arange(double start, double stop, double step, TensorOptions options) {
  if (step == 0 || !std::isfinite(start) || !std::isfinite(stop) || !std::isfinite(step))
    throw Error("arange", "needs finite bounds and a step that is not 0");
  const auto n = std::max<std::int64_t>(0, std::int64_t(std::ceil((stop - start) / step)));
  const detail::PauseRecording pause;  // made by the host, once: a constant of a captured step
  const Tensor values = empty({n}, {.dtype = f64});
  double* p = static_cast<double*>(values.raw());
  for (std::int64_t i = 0; i < n; ++i) p[i] = start + step * double(i);
  return values.to(options.dtype).to(options.device);
}

Tensor eye(std::int64_t n, TensorOptions options) {
  const Tensor y = zeros({n, n}, options);
  const Tensor diagonal = detail::make_alias(y, {n}, {n + 1}, 0);
  diagonal.fill_(1);
  return y;
}

const Tensor& Tensor::fill_(double value) const {
  detail::check_in_place(*this, "fill_");
  if (is_contiguous()) fill(*this, value);
  else copy_(full(shape(), value, {.dtype = dtype(), .device = device()}));
  return *this;
}

namespace detail {

Tensor from_blob(void* data, const Shape& shape, DType dtype, std::function<void()> release) {
  if (reinterpret_cast<std::uintptr_t>(data) % size_of(dtype) != 0)
    throw Error("from_blob", "memory is not aligned for " + std::string(name_of(dtype)));
  auto* owner = release ? new std::function<void()>(std::move(release)) : nullptr;
  constexpr auto kRelease = [](void* context) {
    const std::unique_ptr<std::function<void()>> f(static_cast<std::function<void()>*>(context));
    if (f) (*f)();
  };
  Tensor y = make_tensor(Spec({0}, dtype), kCpu);
  TensorImpl& t = y.impl();
  t.storage = adopt_storage(data, std::size_t(shape.numel()) * size_of(dtype), kRelease, owner);
  t.shape = shape;
  t.strides = contiguous_strides(shape);
  return y;
}

}  // namespace detail
}  // namespace lepton
