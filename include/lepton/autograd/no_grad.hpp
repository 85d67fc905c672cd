// Switching the tape off and on.
#pragma once

#include <utility>

#include "lepton/core/export.hpp"

namespace lepton {

/// Whether operations of this thread are recorded for `backward`.
LEPTON_API bool grad_enabled();

namespace detail {
LEPTON_API bool exchange_grad_enabled(bool on);
}

/// Records nothing while it lives, on this thread: for evaluation and for writing to parameters.
class NoGrad {
 public:
  NoGrad() : saved_(detail::exchange_grad_enabled(false)) {}
  ~NoGrad() { detail::exchange_grad_enabled(saved_); }
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;

 private:
  bool saved_;
};

/// Records again while it lives, inside a NoGrad.
class EnableGrad {
 public:
  EnableGrad() : saved_(detail::exchange_grad_enabled(true)) {}
  ~EnableGrad() { detail::exchange_grad_enabled(saved_); }
  EnableGrad(const EnableGrad&) = delete;
  EnableGrad& operator=(const EnableGrad&) = delete;

 private:
  bool saved_;
};

}  // namespace lepton
