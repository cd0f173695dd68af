// Tells UTF-8 from other bytes (RFC 3629).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string_view>

namespace wsgate {

/// No overlong forms, no surrogates, nothing above U+10FFFF, nothing cut short.
[[nodiscard]] bool is_utf8(std::string_view);

} // namespace wsgate
