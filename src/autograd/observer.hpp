// Who looks at each operation: what a summary of a model is made from, and how NaNs are found.
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

/// Whether this thread's operations are looked at, by an observer or by DetectAnomaly: one test for an operation that
/// nobody looks at.
extern thread_local constinit bool watched;

/// Makes `observer` this thread's, null for none; gives the one before.
OpObserver* exchange_observer(OpObserver* observer);
bool detects_anomaly();

/// What a watched operation does beside its work: checks y for a NaN where it computes, and tells the observer.
[[gnu::cold]] void watch(const char* name, std::span<const Tensor* const> inputs, const Tensor& y,
                         OpKind kind);

}  // namespace lepton::detail
