// Tensor's methods that are neither views nor arithmetic.
#include "lepton/tensor/tensor.hpp"

#include <cstring>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/core/half.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/core/recorder.hpp"
#include "src/cuda/loader.hpp"
#include "src/tensor/make.hpp"

namespace lepton {

void Tensor::throw_undefined() { throw Error("tensor", "is undefined: it was default-made or moved from"); }

void* Tensor::host_data(DType wanted, const char* op) const {
  if (detail::current_recorder) detail::current_recorder->refuse_host_read(op);
  if (dtype() != wanted)
    throw Error(op, "asked for " + std::string(name_of(wanted)) + " elements of a tensor of " + std::string(name_of(dtype())));
  if (!device().is_cpu()) throw Error(op, "the tensor is on " + to_string(device()) + "; copy it with to(kCpu)");
  if (!is_contiguous()) throw Error(op, "the tensor " + to_string(shape()) + " is not contiguous; use contiguous()");
  impl().storage->exposed.store(true, std::memory_order_relaxed);
  return raw();
}

double Tensor::item() const {
  if (numel() != 1) throw Error("item", "needs one element, got " + to_string(shape()));
  if (detail::current_recorder) detail::current_recorder->refuse_host_read("item");
  const Tensor host = detach().to(kCpu);
  const void* p = host.raw();
  const auto read = [p]<class T>(T value) {
    std::memcpy(&value, p, sizeof value);
    return value;
  };
  switch (dtype()) {
    case DType::f32: return double(read(float{}));
    case DType::f64: return read(double{});
    case DType::f16: return double(float(read(F16{})));
    case DType::bf16: return double(float(read(Bf16{})));
    case DType::i8: return double(read(std::int8_t{}));
    case DType::u8: return double(read(std::uint8_t{}));
    case DType::i32: return double(read(std::int32_t{}));
    case DType::i64: return double(read(std::int64_t{}));
    default: return double(read(bool{}));
  }
}

Tensor& Tensor::set_requires_grad(bool on) {
  detail::TensorImpl& t = impl();
  if (on && !is_floating(t.dtype))
    throw Error("set_requires_grad", "only floating tensors have gradients, this is " + std::string(name_of(t.dtype)));
  if (t.node) throw Error("set_requires_grad", "only leaves can be marked; use detach() to cut a result off the tape");
  t.requires_grad = on;
  return *this;
}

void Tensor::set_grad(const Tensor& grad) const {
  if (grad.defined() && grad.shape() != shape())
    throw Error("set_grad", "gradient " + to_string(grad.shape()) + " does not fit the tensor " + to_string(shape()));
  impl().grad = grad.ref();
}

Tensor Tensor::detach() const {
  const detail::TensorImpl& t = impl();
  return detail::make_alias(*this, t.shape, t.strides, t.offset);
}

Tensor Tensor::to(DType dtype) const { return cast(*this, dtype); }

Tensor Tensor::contiguous() const { return is_contiguous() ? *this : clone(); }

Tensor Tensor::to(Device target) const {
  const Device source = device();
  if (source == target) return *this;
  if (detail::current_recorder) detail::current_recorder->refuse_host_read("to(device)");
  const cuda::Backend* backend = cuda::cuda_backend();
  if (!backend) throw Error("to", "no GPU can be used: " + cuda::why_unavailable());
  const Tensor from = contiguous();
  const Tensor y = empty(shape(), {.dtype = dtype(), .device = target});
  const std::size_t bytes = std::size_t(numel()) * size_of(dtype());
  if (target.is_cpu()) {
    backend->copy_to_host(y.raw(), from.raw(), bytes, backend->stream(source.index));
  } else {
    void* stream = backend->stream(target.index);
    if (source.is_cpu()) backend->copy_to_device(y.raw(), from.raw(), bytes, stream);
    else backend->copy_on_device(y.raw(), from.raw(), bytes, stream);
    backend->synchronize(stream);  // the source may be freed by the caller
  }
  if (requires_grad() && grad_enabled()) throw Error("to", "moving between devices is not on the tape; detach() first");
  return y;
}

void synchronize(Device device) {
  if (device.is_cpu()) return;
  if (const cuda::Backend* backend = cuda::cuda_backend()) backend->synchronize(backend->stream(device.index));
}

}  // namespace lepton
