// Error's key function, so that its type information lives in the library and can be caught across it.
#include "lepton/core/error.hpp"

namespace lepton {

Error::~Error() = default;

}  // namespace lepton
