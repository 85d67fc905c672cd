// Whether bytes are UTF-8 (RFC 3629).
#pragma once

#include <string_view>

namespace lepton::data {

/// Without overlong forms, surrogates, and code points above U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace lepton::data
