// What operations do whose result's size depends on the data.
#pragma once

#include "src/core/recorder.hpp"

namespace lepton::detail {

/// Throws in a captured step, whose shapes are fixed.
inline void refuse_capture(const char* op) {
  if (current_recorder) current_recorder->refuse_host_read(op);
}

}  // namespace lepton::detail
