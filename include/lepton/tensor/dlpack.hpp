// Tensors to and from other libraries without a copy, by the DLPack protocol (github.com/dmlc/dlpack).
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton::dlpack {

// These structs are laid out as those of dlpack.h: a DLManagedTensor* may be cast to a ManagedTensor* and back.

enum class DeviceType : std::int32_t { cpu = 1, cuda = 2 };
struct Device {
  DeviceType type;
  std::int32_t id;
};

enum class TypeCode : std::uint8_t { integer = 0, unsigned_integer = 1, real = 2, bfloat = 4, boolean = 6 };
struct ElementType {
  TypeCode code;
  std::uint8_t bits;
  std::uint16_t lanes;
};

struct View {
  void* data;
  Device device;
  std::int32_t rank;
  ElementType type;
  std::int64_t* shape;
  std::int64_t* strides;  ///< in elements; null for row-major without gaps
  std::uint64_t byte_offset;
};

struct ManagedTensor {
  View view;
  void* manager_context;
  void (*deleter)(ManagedTensor* self);  ///< called by the consumer, once, when it is done
};

}  // namespace lepton::dlpack

namespace lepton {

/// x's memory for another library, which must call `deleter` once; until then the memory lives. Writes of the other
/// library are not counted by the tape. Throws for a tensor that wants a gradient: detach() it first.
LEPTON_API dlpack::ManagedTensor* to_dlpack(const Tensor& x);

/// A tensor on another library's CPU memory; `deleter` is called when the last handle is gone. Throws, without taking
/// `managed` over, for other devices, types that lepton has not, and negative strides.
LEPTON_API Tensor from_dlpack(dlpack::ManagedTensor* managed);

}  // namespace lepton
