// Reads the Accept-Encoding field (RFC 9110 12.5.3).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string_view>

namespace wsgate {

enum class content_coding { identity, gzip };

/// Whether the client says that it takes gzip; a missing field does not say so.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding);

} // namespace wsgate
