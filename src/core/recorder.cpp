// Who looks at what each thread does with storages.
#include "src/core/recorder.hpp"

#include "src/core/allocation_watch.hpp"

namespace lepton::detail {

thread_local constinit Recorder* current_recorder = nullptr;
thread_local constinit AllocationWatcher* allocation_watcher = nullptr;

}  // namespace lepton::detail
