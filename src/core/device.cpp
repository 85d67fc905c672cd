// Device names.
#include "lepton/core/device.hpp"

#include <charconv>

#include "lepton/core/error.hpp"

namespace lepton {

std::string to_string(Device device) {
  return device.is_cpu() ? "cpu" : "cuda:" + std::to_string(device.index);
}

Device parse_device(const std::string& text) {
  if (text == "cpu") return kCpu;
  Device device = kCuda;
  if (text.starts_with("cuda:")) {
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data() + 5, last, device.index);
    if (error != std::errc{} || end != last) throw Error("device", "cannot read '" + text + "'; say cpu, cuda or cuda:1");
  } else if (text != "cuda") {
    throw Error("device", "unknown device '" + text + "'; say cpu, cuda or cuda:1");
  }
  if (!cuda::available()) throw Error("device", "'" + text + "' cannot be used: " + cuda::why_unavailable());
  return device;
}

}  // namespace lepton
