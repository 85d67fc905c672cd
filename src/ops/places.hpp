// Indices that depend on sizes alone: constants of a captured step.
#pragma once

#include "lepton/tensor/factory.hpp"
#include "src/core/recorder.hpp"

namespace lepton::detail {

/// f(0), f(1), ... f(n - 1) as an i64 tensor, made by the host, once.
template <class F> Tensor places(std::int64_t n, F&& f, Device device) {
  const PauseRecording pause;
  const Tensor index = empty({n}, {.dtype = i64});
  auto* const p = static_cast<std::int64_t*>(index.raw());
  for (std::int64_t i = 0; i < n; ++i) p[i] = f(i);
  return index.to(device);
}

}  // namespace lepton::detail
