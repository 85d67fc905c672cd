// Finding where a NaN is born.
#pragma once

#include "lepton/core/export.hpp"

namespace lepton {

namespace detail {
LEPTON_API bool exchange_detect_anomaly(bool on);
}

/// While it lives, on this thread, every operation is checked: one that makes a NaN out of inputs that have none throws
/// an Error with its name, the place of the NaN, and the inputs, parameters by their names. So does one whose gradient
/// is NaN though the gradient that came in was not. Slow; captured steps are checked while they are recorded.
class DetectAnomaly {
 public:
  DetectAnomaly() : saved_(detail::exchange_detect_anomaly(true)) {}
  ~DetectAnomaly() { detail::exchange_detect_anomaly(saved_); }
  DetectAnomaly(const DetectAnomaly&) = delete;
  DetectAnomaly& operator=(const DetectAnomaly&) = delete;

 private:
  bool saved_;
};

}  // namespace lepton
