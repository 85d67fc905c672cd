// Fingerprints of recordings.
#include "src/compile/fingerprint.hpp"

#include <fmt/format.h>

#include <cstring>

namespace lepton::detail {
namespace {

bool same(const RecordedSlot& a, const RecordedSlot& b) {
  return a.field == b.field && a.storage == b.storage && a.offset == b.offset && a.access == b.access;
}

}  // namespace

Fingerprint::Fingerprint(const Recording& recording) {
  for (const RecordedLaunch& l : recording.launches) {
    Launch launch{l.call.kernel, l.call.name, {}, l.slots};
    if (l.call.clear_padding) {
      launch.args.assign(l.args.get(), l.args.get() + l.call.args_size);
      for (const RecordedSlot& s : l.slots) std::memset(launch.args.data() + s.field, 0, sizeof(void*));
    }
    launches_.push_back(std::move(launch));
  }
  for (const RecordedStorage& s : recording.storages) outside_.push_back(s.made || s.input ? nullptr : s.storage.get());
  for (const RecordedDraws& d : recording.draws) draws_.push_back(d.taken);
}

std::string Fingerprint::difference(const Fingerprint& later) const {
  for (std::size_t i = 0; i < launches_.size() && i < later.launches_.size(); ++i) {
    const Launch &a = launches_[i], &b = later.launches_[i];
    if (a.kernel != b.kernel) return fmt::format("kernel {} was {}, and is {} now", i, a.name, b.name);
    const bool slots = std::equal(a.slots.begin(), a.slots.end(), b.slots.begin(), b.slots.end(), same);
    if (!slots) return fmt::format("kernel {} ({}) works on other tensors than before", i, a.name);
    if (a.args != b.args) return fmt::format("kernel {} ({}) has other sizes or numbers than before", i, a.name);
  }
  if (launches_.size() != later.launches_.size())
    return fmt::format("it had {} kernels, and has {} now", launches_.size(), later.launches_.size());
  if (outside_ != later.outside_) return "it uses other tensors from outside than before";
  if (draws_ != later.draws_) return "it draws another number of random numbers than before";
  return {};
}

}  // namespace lepton::detail
