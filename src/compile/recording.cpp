// The recorder: numbers storages, copies arguments.
#include "src/compile/recording.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "lepton/core/error.hpp"
#include "lepton/core/memory.hpp"

namespace lepton::detail {
namespace {

std::uint32_t next_serial() {
  static std::atomic<std::uint32_t> serial{0};
  return ++serial;
}

}  // namespace

Recording::Recording(Refusal on_refusal) : serial_(next_serial()), on_refusal_(on_refusal) {}

int Recording::number_of(Storage& storage, bool made) {
  if (storage.record_serial != serial_) {
    storage.record_serial = serial_;
    storage.record_id = std::int32_t(storages.size());
    storages.push_back({StorageRef(&storage), storage.bytes, made});
  }
  return storage.record_id;
}

int Recording::add_temporary(std::size_t bytes) {
  return number_of(*make_storage(bytes, kCpu), true);  // kept alive by its place in the list
}

/// Gives the memory of large temporaries back that only this recording still holds. Their addresses stay, as numbers.
void Recording::drop_dead() {
  static constexpr auto kNothing = [](void*) {};
  std::erase_if(large_, [this](int i) {
    Storage& s = *storages[std::size_t(i)].storage;
    if (s.ref_count() > 1) return false;
    release(s.data, s.bytes);
    s.deleter = kNothing;
    return true;
  });
}

void Recording::allocated(Storage& storage) {
  drop_dead();
  const int number = number_of(storage, true);
  if (storage.bytes > kMostConstant && storage.device.is_cpu()) large_.push_back(number);
}

void Recording::launched(const Call& call) {
  const int index = int(launches.size());
  RecordedLaunch launch{call, std::make_unique<std::byte[]>(call.args_size), {}, {}};
  std::memcpy(launch.args.get(), call.args, call.args_size);
  launch.call.args = launch.args.get();
  if (call.clear_padding) call.clear_padding(launch.args.get());
  launch.call.slots = {};
  for (const Slot& slot : call.slots) {
    const int number = number_of(*slot.storage, false);
    RecordedStorage& s = storages[std::size_t(number)];
    if (s.first < 0) s.first = index;
    s.last = index;
    s.written = s.written || slot.access != Access::read;
    const char* pointer;
    std::memcpy(&pointer, slot.field, sizeof pointer);
    const auto field = static_cast<const std::byte*>(slot.field) - static_cast<const std::byte*>(call.args);
    launch.slots.push_back({std::uint32_t(field), number, pointer - static_cast<const char*>(slot.storage->data), slot.access});
  }
  launches.push_back(std::move(launch));
}

void Recording::refuse_host_read(const char* op) {
  const char* const kReason = "a captured step must not read values on the host; return the tensor from the step and "
                              "read it outside";
  if (on_refusal_ == Refusal::throws) throw Error(op, kReason);
  if (refusal.empty()) refusal = Error(op, kReason).what();
}

const std::uint64_t* Recording::random(Generator& generator, std::uint64_t counters, std::uint64_t& distance) {
  RecordedDraws* mine = nullptr;
  for (auto& d : draws)
    if (d.generator == &generator) mine = &d;
  if (!mine) {
    generator.replay_state()[0] = generator.seed();
    generator.replay_state()[1] = generator.offset();
    mine = &draws.emplace_back(RecordedDraws{&generator, generator.offset(), 0});
  }
  distance = generator.advance(counters) - mine->start;
  mine->taken = std::max(mine->taken, distance + counters);  // a checkpoint draws once more what it drew before
  return generator.replay_state();
}

}  // namespace lepton::detail
