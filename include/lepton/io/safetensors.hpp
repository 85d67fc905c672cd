// Tensors in files: the safetensors format, which PyTorch and most model hubs exchange weights in.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton::io {

/// Tensors by name, in an order that is kept.
using Named = std::vector<std::pair<std::string, Tensor>>;
/// What a file says about itself. Names and values are UTF-8.
using Metadata = std::map<std::string, std::string>;

/// Writes tensors of any type, device and layout. They lie in the file wide types first, so that each is
/// aligned, and otherwise in the order given. The file is replaced in one step: whatever happens on the way,
/// `path` holds the old content or the new. Throws, naming file and tensor, for a name that is taken twice or
/// is no UTF-8, and where the disk is full.
LEPTON_API void save_safetensors(const std::string& path, const Named& tensors,
                                 const Metadata& metadata = {});

/// What a file holds.
struct SafetensorsFile {
  Named tensors;  ///< in their order in the file, on the CPU
  Metadata metadata;
};

/// Reads a file. Throws, naming file, tensor and place, where anything is not as the format has it (header
/// longer than the file, bad JSON, sizes that do not fit the bytes, holes, overlaps, a name twice) or is not
/// in lepton (more than eight axes, an element type such as U16); nothing that the file announces is
/// allocated before that.
LEPTON_API SafetensorsFile load_safetensors(const std::string& path);

}  // namespace lepton::io
