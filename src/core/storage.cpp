// Storage: made by the allocator of its device, freed there.
#include "lepton/core/storage.hpp"

#include <new>
#include <string>

#include "lepton/core/error.hpp"
#include "lepton/core/memory.hpp"
#include "src/core/allocation_watch.hpp"
#include "src/core/recorder.hpp"
#include "src/cuda/loader.hpp"

namespace lepton {
namespace {

const cuda::Backend& require_cuda() {
  if (const cuda::Backend* backend = cuda::cuda_backend()) return *backend;
  throw Error("cuda", "no GPU can be used: " + cuda::why_unavailable());
}

Storage* new_storage() { return new (detail::allocate_object(sizeof(Storage))) Storage; }

}  // namespace

StorageRef make_storage(std::size_t bytes, Device device) {
  void* data = device.is_cpu() ? detail::allocate(bytes) : require_cuda().allocate(device.index, bytes);
  Storage* s = new_storage();
  s->data = data;
  s->bytes = bytes;
  s->device = device;
  StorageRef ref(s);
  if (detail::current_recorder) detail::current_recorder->allocated(*s);
  if (detail::allocation_watcher) [[unlikely]]
    detail::allocation_watcher->made(*s);
  return ref;
}

StorageRef adopt_storage(void* data, std::size_t bytes, void (*deleter)(void*), void* context) {
  static constexpr auto kNothing = [](void*) {};
  Storage* s = new_storage();
  s->data = data;
  s->bytes = bytes;
  s->deleter = deleter ? deleter : +kNothing;
  s->deleter_context = context;
  s->exposed = true;
  return StorageRef(s);
}

void destroy(Storage* s) {
  if (s->deleter) s->deleter(s->deleter_context);
  else if (s->device.is_cpu()) detail::release(s->data, s->bytes);
  else require_cuda().release(s->device.index, s->data, s->bytes);
  s->~Storage();
  detail::release_object(s, sizeof(Storage));
}

}  // namespace lepton
