// The recorder of each thread.
#include "src/core/recorder.hpp"

namespace lepton::detail {

thread_local constinit Recorder* current_recorder = nullptr;

}  // namespace lepton::detail
