// Groups of launches that run sample by sample.
#include "src/compile/sample_group.hpp"

#include <algorithm>
#include <cstring>

#include "lepton/core/parallel.hpp"

namespace lepton::detail {
namespace {

constexpr std::size_t kMostArgs = 8 << 10;  // bytes of a member's arguments

/// The group's arguments: this, then those of the members.
struct Header {
  const SampleGroup* group;
};
constexpr std::uint32_t kFirst = 64;
constexpr const char* kKernel = "by_sample";  // the identity of its launches

std::uint32_t aligned(std::size_t bytes) { return std::uint32_t((bytes + 63) / 64 * 64); }

void run_member(const SampleGroup::Member& m, const std::byte* all, const SamplePart& part, Stream stream) {
  alignas(64) std::byte args[kMostArgs];
  std::memcpy(args, all + m.at, m.size);
  for (const SamplePointer& p : m.slice.pointers) {
    if (p.along == Along::fixed || p.along == Along::shared) continue;
    char* pointer;
    std::memcpy(&pointer, args + p.field, sizeof pointer);
    if (!pointer) continue;
    pointer += p.bytes * std::size_t(p.along == Along::sample ? part.first : std::int64_t(worker_index()));
    std::memcpy(args + p.field, &pointer, sizeof pointer);
  }
  if (m.slice.add) return m.slice.add(args, part);
  m.slice.resize(args, part.count, m.prepared[std::size_t(part.count)]);
  m.run(m.kernel, args, stream);
}

void run_group(const void*, const void* args, Stream stream) {
  const SampleGroup& group = *static_cast<const Header*>(args)->group;
  const auto* const all = static_cast<const std::byte*>(args);
  parallel_for(group.shards, [&](std::int64_t shard) {
    group.for_parts(shard, [&](const SamplePart& part) {
      for (const SampleGroup::Member& m : group.members) run_member(m, all, part, stream);
    });
  });
  for (const SampleGroup::Member& m : group.members)
    if (m.slice.finish) m.slice.finish(all + m.at);
}

}  // namespace

RecordedLaunch sample_group_launch(SampleGroup group, std::vector<RecordedLaunch> members) {
  std::uint32_t at = kFirst;
  for (std::size_t i = 0; i < members.size(); ++i) {
    auto& m = group.members[i];
    m.at = at;
    m.size = members[i].call.args_size;
    m.kernel = members[i].call.kernel;
    m.run = members[i].call.run;
    group.names.push_back(members[i].call.name);
    at += aligned(m.size);
  }
  RecordedLaunch launch{};
  launch.args = std::make_unique<std::byte[]>(at);
  const auto owned = std::make_shared<const SampleGroup>(std::move(group));
  const Header header{owned.get()};
  std::memcpy(launch.args.get(), &header, sizeof header);
  for (std::size_t i = 0; i < members.size(); ++i) {
    std::memcpy(launch.args.get() + owned->members[i].at, members[i].args.get(), owned->members[i].size);
    for (RecordedSlot s : members[i].slots) s.field += owned->members[i].at, launch.slots.push_back(s);
  }
  launch.owner = owned;
  launch.call = {&kKernel, kKernel, run_group, launch.args.get(), at, {}, {}};
  return launch;
}

const SampleGroup* sample_group_of(const RecordedLaunch& launch) {
  return launch.call.kernel == &kKernel ? reinterpret_cast<const Header*>(launch.args.get())->group : nullptr;
}

const std::byte* member_args(const RecordedLaunch& group, std::size_t member) {
  return group.args.get() + sample_group_of(group)->members[member].at;
}

}  // namespace lepton::detail
