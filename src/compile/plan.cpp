// Plans: memory for intermediate results, pointers into inputs, and the replay.
#include "src/compile/plan.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "kernels/cpu/choice.hpp"
#include "lepton/autograd/hook_handle.hpp"
#include "lepton/core/autocast.hpp"
#include "lepton/core/memory.hpp"
#include "src/compile/memory_plan.hpp"
#include "src/compile/passes.hpp"
#include "src/tensor/launch.hpp"
#include "src/tensor/make.hpp"

namespace lepton::detail {

namespace {

constexpr std::size_t kLargeArena = 64 << 20;

PlanKey::Input key_of(const Tensor& t) {
  const TensorImpl& impl = t.impl();
  return {impl.shape, impl.strides, impl.dtype, impl.storage->device, impl.requires_grad ? &impl : nullptr};
}

}  // namespace

PlanKey key_of(std::span<const Tensor> inputs, bool grad_enabled) {
  PlanKey key;
  key.grad_enabled = grad_enabled;
  key.autocast = autocast_dtype();
  key.choice = kernels::cpu::choice_state();
  key.hooks = hook_changes();
  for (const Tensor& t : inputs) key.inputs.push_back(key_of(t));
  return key;
}

bool matches(const PlanKey& key, std::span<const Tensor> inputs, bool grad_enabled) {
  return key.grad_enabled == grad_enabled && key.autocast == autocast_dtype() &&
         key.choice == kernels::cpu::choice_state() && key.hooks == hook_changes() &&
         std::equal(key.inputs.begin(), key.inputs.end(), inputs.begin(), inputs.end(),
                    [](const PlanKey::Input& k, const Tensor& t) { return k == key_of(t); });
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
    : key_(std::move(key)), recording_(std::move(recording)), fingerprint_(recording_) {
  take_outputs(inputs, std::move(outputs));
  recorded_launches_ = recording_.launches.size();
  run_passes(recording_);
  find_lifetimes();
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

/// Of what the passes left. Intermediate results that no launch touches any more are given back.
void Plan::find_lifetimes() {
  for (RecordedStorage& s : recording_.storages) {
    s.first = s.last = -1;
    s.written = false;
  }
  for (int i = 0; i < int(recording_.launches.size()); ++i)
    for (const RecordedSlot& slot : recording_.launches[std::size_t(i)].slots) {
      RecordedStorage& s = recording_.storages[std::size_t(slot.storage)];
      if (s.first < 0) s.first = i;
      s.last = i;
      s.written = s.written || slot.access != Access::read;
    }
  for (RecordedStorage& s : recording_.storages)
    if (s.first < 0 && s.made && s.storage->ref_count() == 1) s.storage = {};
}

void Plan::place_storages() {
  std::vector<Lifetime> blocks;
  std::vector<RecordedStorage*> planned;
  for (RecordedStorage& s : recording_.storages) {
    if (!s.made || s.constant || s.first < 0) continue;
    if (s.storage->ref_count() > 1) continue;  // somebody outside looks at it: it keeps memory of its own
    if (!planned.empty() && s.storage->device != planned[0]->storage->device) continue;
    planned.push_back(&s);
    blocks.push_back({s.bytes, s.first, s.last});
    unplanned_bytes_ += s.bytes;
  }
  if (planned.empty()) return;
  live_bytes_ = lepton::detail::live_bytes(blocks);
  const std::size_t bytes = plan_memory(blocks);
  if (bytes >= kLargeArena) empty_cache();  // what the recording took would stand beside it
  arena_ = make_storage(bytes, planned[0]->storage->device);
  std::vector<const char*> address(recording_.storages.size(), nullptr);
  for (std::size_t i = 0; i < planned.size(); ++i) {
    address[std::size_t(planned[i]->storage->record_id)] =
        static_cast<const char*>(arena_->data) + blocks[i].offset;
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

void Plan::begin_replay(std::span<const Tensor> inputs) {
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
}

void Plan::pack_changed() {
  packed_versions_.resize(recording_.packs.size());
  for (std::size_t i = 0; i < recording_.packs.size(); ++i) {
    const RecordedPack& pack = recording_.packs[i];
    const Storage& source = *recording_.storages[std::size_t(pack.source)].storage;
    if (packed_versions_[i] == source.version && !source.exposed.load(std::memory_order_relaxed)) continue;
    run(pack.launch.call);
  }
}

void Plan::replay(std::span<const Tensor> inputs, std::span<Tensor> results) {
  begin_replay(inputs);
  {
    const FlushDenormals flush;
    pack_changed();
    for (const RecordedLaunch& launch : recording_.launches) run(launch.call);
  }
  end_replay(inputs, results);
}

void Plan::replay(std::span<const Tensor> inputs, std::span<Tensor> results, std::span<double> times) {
  using Clock = std::chrono::steady_clock;
  begin_replay(inputs);
  {
    const FlushDenormals flush;
    pack_changed();
    for (std::size_t i = 0; i < recording_.launches.size(); ++i) {
      const auto start = Clock::now();
      run(recording_.launches[i].call);
      times[i] = std::chrono::duration<double, std::micro>(Clock::now() - start).count();
    }
  }
  end_replay(inputs, results);
}

void Plan::end_replay(std::span<const Tensor> inputs, std::span<Tensor> results) {
  for (const RecordedStorage& s : recording_.storages)
    if (s.written && s.storage) ++s.storage->version;
  for (std::size_t i = 0; i < recording_.packs.size(); ++i)
    packed_versions_[i] = recording_.storages[std::size_t(recording_.packs[i].source)].storage->version;
  for (const auto& action : recording_.exits) action();
  for (std::size_t i = 0; i < outputs_.size(); ++i) results[i] = result(outputs_[i], inputs);
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

}  // namespace lepton::detail
