// Visibility of public symbols: everything else in liblepton.so is hidden.
#pragma once

#if defined(LEPTON_STATIC)
#define LEPTON_API
#else
#define LEPTON_API __attribute__((visibility("default")))
#endif
