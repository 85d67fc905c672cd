// The observer of each thread.
#include "src/autograd/observer.hpp"

namespace lepton::detail {

thread_local constinit OpObserver* current_observer = nullptr;

}  // namespace lepton::detail
