// Plans: memory for intermediate results, pointers into inputs, and the replay.
#include "src/compile/plan.hpp"

#include <cstring>

#include "src/compile/memory_plan.hpp"
#include "src/tensor/launch.hpp"
#include "src/tensor/make.hpp"

namespace lepton::detail {

PlanKey key_of(std::span<const Tensor> inputs, bool grad_enabled) {
  PlanKey key;
  key.grad_enabled = grad_enabled;
  for (const Tensor& t : inputs) {
    const TensorImpl& impl = t.impl();
    key.inputs.push_back({impl.shape, impl.strides, impl.dtype, impl.storage->device,
                          impl.requires_grad ? &impl : nullptr});
  }
  return key;
}

Tensor stand_in(const Tensor& input) {
  const TensorImpl& from = input.impl();
  if (from.requires_grad) return input;  // its gradient must reach the caller's own tensor
  auto* keep = new StorageRef(from.storage);
  constexpr auto kDrop = [](void* context) { delete static_cast<StorageRef*>(context); };
  Tensor t = make_alias(input, from.shape, from.strides, from.offset);
  t.impl().storage = adopt_storage(from.storage->data, from.storage->bytes, kDrop, keep);
  t.impl().storage->device = from.storage->device;
  return t;
}

Plan::Plan(PlanKey key, Recording&& recording, std::span<const Tensor> inputs, std::vector<Tensor> outputs)
    : key_(std::move(key)), recording_(std::move(recording)) {
  take_outputs(inputs, std::move(outputs));
  place_storages();
  follow_inputs(inputs);
}

void Plan::take_outputs(std::span<const Tensor> inputs, std::vector<Tensor> outputs) {
  for (Tensor& t : outputs) {
    Output output{t.detach(), -1};  // off the tape, whose saved tensors would otherwise count as escaping
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (t.impl().storage == inputs[i].impl().storage) output.input = int(i);
    outputs_.push_back(std::move(output));
    t = {};
  }
}

void Plan::place_storages() {
  std::vector<Lifetime> blocks;
  std::vector<RecordedStorage*> planned;
  for (RecordedStorage& s : recording_.storages) {
    if (!s.made || s.first < 0) continue;
    if (s.storage->ref_count() > 1) continue;  // somebody outside looks at it: it keeps memory of its own
    if (!planned.empty() && s.storage->device != planned[0]->storage->device) continue;
    planned.push_back(&s);
    blocks.push_back({s.storage->bytes, s.first, s.last});
    unplanned_bytes_ += s.storage->bytes;
  }
  if (planned.empty()) return;
  live_bytes_ = lepton::detail::live_bytes(blocks);
  arena_ = make_storage(plan_memory(blocks), planned[0]->storage->device);
  std::vector<const char*> address(recording_.storages.size(), nullptr);
  for (std::size_t i = 0; i < planned.size(); ++i) {
    address[std::size_t(planned[i]->storage->record_id)] = static_cast<const char*>(arena_->data) + blocks[i].offset;
    planned[i]->storage = {};
  }
  for (RecordedLaunch& launch : recording_.launches)
    for (const RecordedSlot& slot : launch.slots)
      if (const char* base = address[std::size_t(slot.storage)]) {
        const char* const pointer = base + slot.offset;
        std::memcpy(launch.args.get() + slot.field, &pointer, sizeof pointer);
      }
}

void Plan::follow_inputs(std::span<const Tensor> inputs) {
  patches_.resize(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const TensorImpl& t = inputs[i].impl();
    bound_.push_back(inputs[i].raw());
    offsets_.push_back(t.offset);
    if (t.requires_grad) continue;
    const std::int64_t first = t.offset * std::int64_t(size_of(t.dtype));
    for (RecordedLaunch& launch : recording_.launches)
      for (const RecordedSlot& slot : launch.slots)
        if (recording_.storages[std::size_t(slot.storage)].storage == t.storage)
          patches_[i].push_back({launch.args.get() + slot.field, slot.offset - first});
  }
}

bool Plan::valid() const {
  for (const auto& holds : recording_.guards)
    if (!holds()) return false;
  for (const RecordedStorage& s : recording_.storages)
    if (s.storage && s.storage->retired) return false;
  return true;
}

std::vector<Tensor> Plan::replay(std::span<const Tensor> inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    char* const now = static_cast<char*>(inputs[i].raw());
    if (now == bound_[i]) continue;
    bound_[i] = now;
    for (const Patch& patch : patches_[i]) {
      char* const pointer = now + patch.distance;
      std::memcpy(patch.field, &pointer, sizeof pointer);
    }
  }
  for (const RecordedDraws& d : recording_.draws) {
    d.generator->replay_state()[0] = d.generator->seed();
    d.generator->replay_state()[1] = d.generator->advance(d.taken);
  }
  {
    const FlushDenormals flush;
    for (const RecordedLaunch& launch : recording_.launches) run(launch.call);
  }
  for (const RecordedStorage& s : recording_.storages)
    if (s.written && s.storage) ++s.storage->version;
  for (const auto& action : recording_.exits) action();
  std::vector<Tensor> results;
  results.reserve(outputs_.size());
  for (const Output& output : outputs_) results.push_back(result(output, inputs));
  return results;
}

Tensor Plan::result(const Output& output, std::span<const Tensor> inputs) const {
  const TensorImpl& t = output.tensor.impl();
  if (output.input >= 0) {
    const Tensor& given = inputs[std::size_t(output.input)];
    const std::int64_t shift = given.impl().offset - offsets_[std::size_t(output.input)];
    return make_alias(given, t.shape, t.strides, t.offset + shift);
  }
  // The next replay overwrites the plan's own, so the caller gets a copy.
  return output.tensor.clone();
}

std::string Plan::explain() const {
  std::string text = "plan: " + std::to_string(recording_.launches.size()) + " kernels, arena " +
                     std::to_string(arena_bytes()) + " bytes (live at once: " + std::to_string(live_bytes_) +
                     ", without sharing: " + std::to_string(unplanned_bytes_) + ")\n";
  for (std::size_t i = 0; i < recording_.launches.size(); ++i) {
    const RecordedLaunch& launch = recording_.launches[i];
    std::string line = "  " + std::to_string(i) + " " + launch.call.name + ":";
    for (const RecordedSlot& slot : launch.slots) {
      const RecordedStorage& s = recording_.storages[std::size_t(slot.storage)];
      constexpr const char* kAccess[] = {" reads ", " writes ", " updates "};
      line += kAccess[int(slot.access)] + std::string(s.storage ? (s.made ? "kept " : "outside ") : "arena ") +
              std::to_string(slot.storage);
    }
    text += line + "\n";
  }
  return text;
}

}  // namespace lepton::detail
