// Turns the status of a CUDA call into an exception.
#pragma once

#include <cuda_runtime_api.h>

#include <string>

#include "lepton/core/error.hpp"

namespace lepton::cuda {

/// Throws "[cuda] WHAT: TEXT (NAME)" where `status` is a failure.
inline void check(cudaError_t status, const char* what) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // it is reported here, so the next call must not find it again
  throw Error("cuda",
              std::string(what) + ": " + cudaGetErrorString(status) + " (" + cudaGetErrorName(status) + ")");
}

}  // namespace lepton::cuda
