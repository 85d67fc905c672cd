// The state of a module (parameters and buffers) in and out of files.
#pragma once

#include <string>
#include <vector>

#include "lepton/io/safetensors.hpp"
#include "lepton/nn/module.hpp"

namespace lepton::io {

/// Where the names of a file and of a model differ.
struct LEPTON_API LoadReport {
  std::vector<std::string> missing;     ///< in the model only
  std::vector<std::string> unexpected;  ///< in the file only
  std::vector<std::string> mismatched;  ///< "features.0.weight: file [32, 3, 3, 3], model [64, 3, 3, 3]"

  bool ok() const { return missing.empty() && unexpected.empty() && mismatched.empty(); }
  /// All of it in one line, the first names of each kind; empty where ok().
  std::string describe() const;
};

/// Whether a file must have exactly the model's names and shapes.
enum class Strict : bool { no, yes };

/// Writes values into the parameters and buffers of the same names, which keep their identity, device and
/// type (floating types are converted). Everything is checked before the first write: where it throws, the
/// model is as it was. With Strict::no what fits is loaded, and the report says what did not.
LEPTON_API LoadReport load_state(nn::Module& module, const Named& state, Strict strict = Strict::yes);

/// Saves parameters and buffers under their names, as PyTorch's safetensors.torch.load_file reads them. The
/// metadata gets `format` (pt) and `format_version` beside yours.
LEPTON_API void save_model(const std::string& path, const nn::Module& module, const Metadata& metadata = {});

/// load_state from a file, also one that PyTorch wrote. Errors name the file.
LEPTON_API LoadReport load_model(const std::string& path, nn::Module& module, Strict strict = Strict::yes);

}  // namespace lepton::io
