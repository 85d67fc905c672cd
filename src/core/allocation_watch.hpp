// Who is told of each storage that a thread makes.
#pragma once

#include "lepton/core/storage.hpp"

namespace lepton::detail {

class AllocationWatcher {
 public:
  virtual void made(Storage& storage) = 0;

 protected:
  ~AllocationWatcher() = default;
};

/// The watcher of this thread; null where nobody looks.
extern thread_local constinit AllocationWatcher* allocation_watcher;

}  // namespace lepton::detail
