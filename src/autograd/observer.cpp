// Who looks at the operations of each thread.
#include "src/autograd/observer.hpp"

#include <utility>

#include "lepton/autograd/anomaly.hpp"
#include "src/autograd/anomaly.hpp"

namespace lepton::detail {

thread_local constinit bool watched = false;

namespace {

thread_local constinit OpObserver* observer = nullptr;
thread_local constinit bool anomalies = false;

}  // namespace

OpObserver* exchange_observer(OpObserver* next) {
  OpObserver* const before = std::exchange(observer, next);
  watched = anomalies || observer;
  return before;
}

bool exchange_detect_anomaly(bool on) {
  const bool before = std::exchange(anomalies, on);
  watched = anomalies || observer;
  return before;
}

bool detects_anomaly() { return anomalies; }

void watch(const char* name, std::span<const Tensor* const> inputs, const Tensor& y, OpKind kind) {
  if (anomalies && kind == OpKind::computes) check_for_nan(name, inputs, y);
  if (observer) observer->applied(name, inputs, y, kind);
}

}  // namespace lepton::detail
