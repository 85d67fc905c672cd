// What a Tensor handle points at.
#pragma once

#include <memory>
#include <string>

#include "lepton/core/dtype.hpp"
#include "lepton/core/shape.hpp"
#include "lepton/core/storage.hpp"

namespace lepton {

namespace detail {

class Node;
LEPTON_API void destroy(Node* node);
struct TensorHooks;
LEPTON_API void destroy(TensorHooks* hooks);

/// A tensor's identity: a strided look at a storage, with its place on the tape.
struct TensorImpl final : RefCounted {
  StorageRef storage;
  std::int64_t offset = 0;  ///< in elements
  Shape shape;
  Strides strides;  ///< in elements
  DType dtype = f32;
  bool contiguous = true;  ///< row-major without gaps
  bool requires_grad = false;
  bool is_parameter = false;
  bool listed = false;      ///< some module's `parameters()` gave this tensor out
  std::int32_t owners = 0;  ///< Parameters and Buffers that own this identity; 0 once the model is gone
  Ref<Node> node;           ///< what computed it; null for leaves
  Ref<TensorImpl> grad;
  Ref<TensorHooks> hooks;             ///< of a leaf; a result's are at its node
  std::unique_ptr<std::string> name;  ///< path in its module, for messages
};

LEPTON_API void destroy(TensorImpl* impl);

}  // namespace detail
}  // namespace lepton
