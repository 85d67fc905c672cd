// A plan in words.
#include <fmt/format.h>

#include "src/compile/describe.hpp"
#include "src/compile/plan.hpp"

namespace lepton::detail {

std::string Plan::explain(std::span<const double> times) const {
  const auto& launches = recording_.launches;
  double flops = 0, microseconds = 0;
  std::string lines;
  for (std::size_t i = 0; i < launches.size(); ++i) {
    const Description d = describe(launches[i]);
    flops += d.flops;
    lines += fmt::format("  {:3} {}", i, d.text);
    if (d.flops > 0) lines += fmt::format(", {:.3g} MFLOP", d.flops * 1e-6);
    if (!times.empty()) {
      microseconds += times[i];
      lines += fmt::format(": {:.1f} us", times[i]);
      if (d.flops > 0) lines += fmt::format(", {:.0f} GFLOP/s", d.flops * 1e-3 / times[i]);
    } else {
      lines += where(launches[i]);
    }
    lines += "\n";
  }
  std::string text = fmt::format(
      "plan: {} kernels ({} were recorded), {:.4g} MFLOP, arena {} bytes (live at once: {}, without sharing: {})\n",
      launches.size(), recorded_launches_, flops * 1e-6, arena_bytes(), live_bytes_, unplanned_bytes_);
  for (const auto& note : recording_.notes) text += "  fused: " + note + "\n";
  if (!times.empty()) text += fmt::format("  {:.1f} us in kernels\n", microseconds);
  return text + lines;
}

/// Where a launch's pointers lead: the step's own memory, tensors from outside, results that are kept.
std::string Plan::where(const RecordedLaunch& launch) const {
  std::string text = ":";
  constexpr const char* kAccess[] = {" reads", " writes", " updates"};
  Access last{};
  for (const RecordedSlot& slot : launch.slots) {
    const RecordedStorage& s = recording_.storages[std::size_t(slot.storage)];
    if (text.size() == 1 || slot.access != last) text += kAccess[int(slot.access)];
    last = slot.access;
    text += (!s.storage ? " arena " : s.constant ? " constant " : s.made ? " kept " : " outside ") + std::to_string(slot.storage);
  }
  return text;
}

}  // namespace lepton::detail
