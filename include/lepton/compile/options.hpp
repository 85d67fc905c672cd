// How a step is captured.
#pragma once

namespace lepton {

/// What happens where a step does what cannot be replayed, such as reading a value on the host.
enum class Refusal {
  throws,  ///< an Error that names the operation
  eager    ///< the step runs as written, now and in later calls; `refusal()` says why
};

struct CompileOptions {
  /// Every so many calls the step is recorded again, and compared with the plan: for host code that may decide
  /// otherwise than it did in the first call. 0 trusts it. A difference throws, after the step has run as written.
  int verify = 0;
  Refusal on_refusal = Refusal::throws;
};

}  // namespace lepton
