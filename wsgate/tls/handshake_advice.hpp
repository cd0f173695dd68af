// What an operator may do about TLS handshakes that fail.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string_view>

namespace wsgate {

/// `problem`: tls_stream::problem() of a server. Returns a literal; empty: nothing is known.
[[nodiscard]] std::string_view advice_on_handshake(std::string_view problem);

} // namespace wsgate
