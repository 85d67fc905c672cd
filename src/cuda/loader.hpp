// Finds and loads the CUDA plugin. Part of liblepton.so.
#pragma once

#include <string>

#include "lepton/core/export.hpp"
#include "src/cuda/backend.hpp"

namespace lepton::cuda {

/// The plugin's table, loaded on first use; null where that fails, and then `*why` (if given) says why.
/// The plugin is liblepton_cuda.so beside liblepton.so, or what the environment's LEPTON_CUDA_PLUGIN names.
/// A table does not mean that there is a GPU: see cuda::available(). Never throws.
LEPTON_API const Backend* cuda_backend(std::string* why = nullptr);

}  // namespace lepton::cuda
