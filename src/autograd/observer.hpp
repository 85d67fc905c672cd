// Who is told of each operation: what a summary of a model is made from.
#pragma once

#include <cstdint>
#include <span>

#include "lepton/tensor/tensor.hpp"

namespace lepton::detail {

/// Whether an operation ran a kernel, or gave another look at its argument.
enum class OpKind : std::uint8_t { computes, views };

class OpObserver {
 public:
  /// Undefined inputs are optional ones that are absent.
  virtual void applied(const char* name, std::span<const Tensor* const> inputs, const Tensor& output,
                       OpKind kind) = 0;

 protected:
  ~OpObserver() = default;
};

/// The observer of this thread; null where nobody looks.
extern thread_local constinit OpObserver* current_observer;

}  // namespace lepton::detail
