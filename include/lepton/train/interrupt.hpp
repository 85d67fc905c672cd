// Stopping a training from outside: Ctrl-C, a signal, or a call.
#pragma once

#include "lepton/core/export.hpp"

namespace lepton {

/// From here on the first SIGINT (Ctrl-C) or SIGTERM only asks: `fit` finishes the step it is in, saves and
/// returns. The second ends the process at once, as without this. Throws where a handler cannot be installed.
LEPTON_API void interrupt_on_signal();

/// Asks as a signal does, from any thread: for the stop button of a program.
LEPTON_API void request_interrupt();

/// Whether somebody has asked, by a signal or a call, since the last `clear_interrupt`.
LEPTON_API bool interrupt_requested();

/// The signal that asked, SIGINT or SIGTERM; 0 where none did. A program that was stopped by one ends with
/// the exit status 128 + signal.
LEPTON_API int interrupt_signal();

/// Forgets the request, so that the next training runs.
LEPTON_API void clear_interrupt();

}  // namespace lepton
