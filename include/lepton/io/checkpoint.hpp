// Checkpoints: a training run in a folder, from which it goes on as if it had not been interrupted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lepton/io/safetensors.hpp"
#include "lepton/nn/module.hpp"
#include "lepton/optim/optimizer.hpp"

namespace lepton::io {

// A checkpoint is a folder with two files:
//   model.safetensors     as save_model writes it, with your metadata (preprocessing, classes)
//   training.safetensors  the optimizer's state as optim.<slot>.<parameter>, what else a training keeps as
//                         <part>.<name>, the TrainingState as metadata
// Both carry `checkpoint`, a fingerprint of all that was saved, by which a pair is known and damage is found.
//
// Saving replaces the pair as one. The new files are written as *.next and waited for, then training.safetensors
// is renamed into its place, then model.safetensors. The first rename is the moment at which the new checkpoint
// counts: where a run ends between the two, model.safetensors.next is the partner of training.safetensors, and
// loading takes it. What was there before is kept in the folder previous/, and loaded where the files in front
// are truncated or damaged. One process at a time may save into a folder; other files in it are left alone.

/// Where a run stands, beside the values of its model and optimizer.
struct TrainingState {
  std::int64_t epoch = 0;            ///< epochs completed
  std::int64_t step = 0;             ///< updates completed
  std::uint64_t seed = 0;            ///< of the run: shuffling and augmentation are keyed by it
  std::uint64_t generator_seed = 0;  ///< of the default generator, with its offset
  std::uint64_t generator_offset = 0;
  /// Hash of the tuning that was in place when it was saved (compile/tune.hpp), empty for none. Under another the run
  /// goes on as well, but not to the same last bits. What is there when saving is taken, whatever this says.
  std::string tuning = {};
  Metadata extra = {};  ///< what else a trainer keeps, as text
  /// Of loading: what was not as asked, but no failure, such as that the checkpoint before had to be taken, and why.
  std::vector<std::string> notes = {};
};

/// Saves into `folder`, which is made where it is not there. `parts` are tensors of whatever else goes on (a
/// schedule, an average), named "<part>.<name>". Whenever this process is killed or the disk is full, the folder
/// holds the checkpoint before or this one, whole. Throws, naming the file, where it cannot be written.
LEPTON_API void save_checkpoint(const std::string& folder, const nn::Module& module,
                                const optim::Optimizer& optimizer, const TrainingState& state,
                                const Metadata& metadata = {}, const Named& parts = {});

/// Writes a checkpoint's values into a model and an optimizer built as those that were saved, and into `parts`;
/// its learning rate comes back as well. Where the files are missing, damaged, of another model or optimizer, or
/// of a newer lepton, the checkpoint before is loaded and a note says why; where there is none, throws, naming the
/// file and the reason, and everything is as it was. A part that is only here or only there is a note.
LEPTON_API TrainingState load_checkpoint(const std::string& folder, nn::Module& module,
                                         optim::Optimizer& optimizer, const Named& parts = {});

/// The metadata of a checkpoint's model, without its tensors: enough to build the model that is then loaded.
LEPTON_API Metadata load_metadata(const std::string& folder);

}  // namespace lepton::io
