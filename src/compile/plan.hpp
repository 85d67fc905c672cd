// A plan: a recorded step, ready to be replayed.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lepton/tensor/tensor.hpp"
#include "src/compile/fingerprint.hpp"
#include "src/compile/recording.hpp"

namespace lepton::detail {

/// What a plan was recorded for.
struct PlanKey {
  struct Input {
    Shape shape;
    Strides strides;
    DType dtype;
    Device device;
    const TensorImpl* identity;  ///< of an input that wants a gradient; such a plan is for it alone
    bool operator==(const Input&) const = default;
  };
  std::vector<Input> inputs;
  bool grad_enabled;
  DType autocast;        ///< what the thread's autocast allows
  std::uint64_t choice;  ///< state of what chooses kernels
  std::uint64_t hooks;   ///< changes of leaves' and modules' hooks so far
  bool operator==(const PlanKey&) const = default;
};
PlanKey key_of(std::span<const Tensor> inputs, bool grad_enabled);
/// Whether `key_of(inputs, grad_enabled)` would be `key`; allocates nothing.
bool matches(const PlanKey& key, std::span<const Tensor> inputs, bool grad_enabled);

class Plan {
 public:
  /// Takes over a finished recording. `inputs` are what the function was called with, `outputs` what it gave.
  Plan(PlanKey key, Recording&& recording, std::span<const Tensor> inputs, std::vector<Tensor> outputs);

  const PlanKey& key() const { return key_; }
  const Fingerprint& fingerprint() const { return fingerprint_; }
  int calls = 0;  ///< since it was recorded or verified
  /// Whether gradients, modes and storages are as the recording found them.
  bool valid() const;
  /// Runs the step. The results go to `results`, of which there are as many as the function gave.
  void replay(std::span<const Tensor> inputs, std::span<Tensor> results);
  std::size_t results() const { return outputs_.size(); }
  /// A replay that puts the microseconds of each launch into `times`.
  void replay(std::span<const Tensor> inputs, std::span<Tensor> results, std::span<double> times);
  std::size_t launches() const { return recording_.launches.size(); }
  std::size_t arena_bytes() const { return arena_ ? arena_->bytes : 0; }
  /// The plan in words; with the median time of each launch where `times` has them.
  std::string explain(std::span<const double> times = {}) const;

 private:
  /// A pointer in some launch's arguments that leads into an input: `distance` bytes from its first element.
  struct Patch {
    std::byte* field;
    std::int64_t distance;
  };
  /// How a result is made for the caller: as a look at an input, or as a copy of what the plan computed.
  struct Output {
    Tensor tensor;
    int input = -1;
  };

  void begin_replay(std::span<const Tensor> inputs);
  void end_replay(std::span<const Tensor> inputs, std::span<Tensor> results);
  void pack_changed();
  void find_lifetimes();
  void place_storages();
  void follow_inputs(std::span<const Tensor> inputs);
  void take_outputs(std::span<const Tensor> inputs, std::vector<Tensor> outputs);
  std::string where(const RecordedLaunch& launch) const;
  Tensor result(const Output& output, std::span<const Tensor> inputs) const;

  PlanKey key_;
  Recording recording_;
  Fingerprint fingerprint_;
  std::vector<std::optional<std::uint32_t>>
      packed_versions_;  // of the sources of recording_.packs, when last packed
  StorageRef arena_;
  std::size_t recorded_launches_ = 0;
  std::size_t unplanned_bytes_ = 0, live_bytes_ = 0;
  std::vector<std::vector<Patch>> patches_;  // of each input
  std::vector<const void*> bound_;           // the address that each input's patches hold now
  std::vector<std::int64_t> offsets_;        // in elements, of the inputs that were recorded
  std::vector<Output> outputs_;
};

/// `input` on a storage object of its own, so that a recording can tell it from other looks at the same memory.
Tensor stand_in(const Tensor& input);

}  // namespace lepton::detail
