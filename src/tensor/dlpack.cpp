// DLPack: a tensor's memory with a description that other libraries read.
#include "lepton/tensor/dlpack.hpp"

#include <memory>

#include "src/core/recorder.hpp"
#include "src/tensor/make.hpp"

namespace lepton {
namespace {

using dlpack::ManagedTensor;
using dlpack::TypeCode;

constexpr DType kTypes[] = {f32, f64, f16, bf16, i8, u8, i32, i64, boolean};

dlpack::ElementType type_of(DType t) {
  const TypeCode code = t == bf16        ? TypeCode::bfloat
                        : is_floating(t) ? TypeCode::real
                        : t == boolean   ? TypeCode::boolean
                        : t == u8        ? TypeCode::unsigned_integer
                                         : TypeCode::integer;
  return {code, std::uint8_t(8 * size_of(t)), 1};
}

DType dtype_of_element(dlpack::ElementType t) {
  for (const DType dtype : kTypes) {
    const dlpack::ElementType same = type_of(dtype);
    if (same.code == t.code && same.bits == t.bits && t.lanes == 1) return dtype;
  }
  throw Error("from_dlpack", "no type with code " + std::to_string(int(t.code)) + ", " +
                                 std::to_string(t.bits) + " bits and " + std::to_string(t.lanes) + " lanes");
}

/// What lives as long as the other library looks at the memory.
struct Lent {
  ManagedTensor managed;
  Tensor tensor;
  std::int64_t shape[kMaxRank], strides[kMaxRank];
};

void give_back(void* managed) {
  auto* const m = static_cast<ManagedTensor*>(managed);
  if (m->deleter) m->deleter(m);
}

}  // namespace

dlpack::ManagedTensor* to_dlpack(const Tensor& x) {
  if (x.requires_grad()) throw Error("to_dlpack", "the tape needs this tensor; detach() it first");
  if (detail::current_recorder) detail::current_recorder->refuse_host_read("to_dlpack");
  auto lent = std::make_unique<Lent>();
  lent->tensor = x;
  for (int i = 0; i < x.rank(); ++i) {
    lent->shape[i] = x.shape()[i];
    lent->strides[i] = x.strides()[i];
  }
  const Device device = x.device();
  lent->managed.view = {x.raw(),
                        {device.is_cpu() ? dlpack::DeviceType::cpu : dlpack::DeviceType::cuda, device.index},
                        x.rank(),
                        type_of(x.dtype()),
                        lent->shape,
                        lent->strides,
                        0};
  lent->managed.manager_context = lent.get();
  lent->managed.deleter = [](ManagedTensor* self) { delete static_cast<Lent*>(self->manager_context); };
  x.impl().storage->exposed.store(true, std::memory_order_relaxed);
  return &lent.release()->managed;
}

Tensor from_dlpack(dlpack::ManagedTensor* managed) {
  const dlpack::View& v = managed->view;
  const DType dtype = dtype_of_element(v.type);
  if (v.device.type != dlpack::DeviceType::cpu)
    throw Error("from_dlpack",
                "takes CPU memory, not that of device type " + std::to_string(int(v.device.type)));
  if (v.rank > kMaxRank) throw Error("from_dlpack", std::to_string(v.rank) + " axes; at most 8 are possible");
  Shape shape;
  for (int i = 0; i < v.rank; ++i) shape.push_back(v.shape[i]);
  Strides strides = contiguous_strides(shape);
  std::int64_t last = 0;
  for (int i = 0; i < v.rank; ++i) {
    if (v.strides) strides[i] = v.strides[i];
    if (strides[i] < 0) throw Error("from_dlpack", "negative strides: " + to_string(strides));
    last += (shape[i] - 1) * strides[i];
  }
  const std::size_t bytes = shape.numel() ? std::size_t(last + 1) * size_of(dtype) : 0;
  Tensor y = detail::make_tensor(detail::Spec({0}, dtype), kCpu);
  detail::TensorImpl& t = y.impl();
  t.storage = adopt_storage(static_cast<char*>(v.data) + v.byte_offset, bytes, give_back, managed);
  t.shape = shape;
  t.strides = strides;
  t.contiguous = detail::is_contiguous(shape, strides);
  t.storage->exposed.store(true, std::memory_order_relaxed);
  return y;
}

}  // namespace lepton
