// The files of a checkpoint's folder: which pair counts, the pair before it, and whether their contents are whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lepton/io/safetensors.hpp"

namespace lepton::io {

/// Key of the fingerprint in the metadata of both files of a pair.
constexpr const char* kFingerprintKey = "checkpoint";

/// The files of a folder.
struct CheckpointPaths {
  std::string folder, model, training, next_model, next_training;
  explicit CheckpointPaths(const std::string& folder);
  /// Those of the checkpoint before.
  CheckpointPaths previous() const;
};

/// Both files of a checkpoint, of which the model may lie under its name of before the last rename.
struct CheckpointPair {
  SafetensorsFile model, training;
  std::string model_path;
};

bool exists(const std::string& path);

/// The fingerprint in a file; none where the file is not there or has none. Throws where it is damaged.
std::optional<std::string> fingerprint_of(const std::string& path);

/// Of what a pair holds: the tensors, on the CPU, in the order of their files, and all metadata but itself.
std::string fingerprint(const Named& model, const Named& training, Metadata about_model,
                        Metadata about_training);

/// Whether the last save ended between its two renames. False where a file is damaged, which loading reports.
bool interrupted(const CheckpointPaths& paths);

/// Reads the pair that counts. Throws, naming the file and the reason, where one is missing, damaged, or not of the
/// same checkpoint, or of a format newer than `newest`.
CheckpointPair read_pair(const CheckpointPaths& paths, int newest);

/// Keeps the pair that counts, where it is whole, as the one before. Costs no copy: both names lead to the same bytes.
/// Where the file system cannot do that, nothing is kept.
void keep_previous(const CheckpointPaths& paths);

}  // namespace lepton::io
