// The door: device choice, recording, version counting.
#include "src/tensor/launch.hpp"

#include "src/cuda/loader.hpp"

namespace lepton::detail {
namespace {

Device device_of(const Call& call) {
  const Device device = call.slots.empty() ? kCpu : call.slots[0].storage->device;
  for (const Slot& slot : call.slots)
    if (slot.storage->device != device)
      throw Error(call.name, "its tensors are on different devices: " + to_string(device) + " and " +
                                 to_string(slot.storage->device) + "; move them with to(device)");
  return device;
}

}  // namespace

void run(const Call& call) {
  if (call.stream.device.is_cpu()) {
    call.run(call.kernel, call.args, call.stream);
    return;
  }
  const cuda::Backend* backend = cuda::cuda_backend();
  if (!backend) throw Error(call.name, "no GPU can be used: " + cuda::why_unavailable());
  const auto kernel = backend->kernel(call.name);
  if (!kernel) throw Error(call.name, "has no CUDA kernel in this version; move the tensors to the CPU with to(kCpu)");
  kernel(call.args, {call.stream.device, backend->stream(call.stream.device.index)});
}

void launch(const Call& unplaced) {
  Call call = unplaced;
  call.stream.device = device_of(call);
  {
    const FlushDenormals flush;
    run(call);
  }
  for (const Slot& slot : call.slots)
    if (slot.access != Access::read) ++slot.storage->version;
  if (current_recorder) current_recorder->launched(call);
}

}  // namespace lepton::detail
