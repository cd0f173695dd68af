// What an error code means, in words.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"

#include <string_view>

namespace net {

/// error_code::message() for logs. Each thread keeps its last one: most connections end by one of
/// two or three errors, and strerror(3) looks for translations each time. Valid until the next call
/// on this thread.
[[nodiscard]] std::string_view error_text(const error_code&);

} // namespace net
