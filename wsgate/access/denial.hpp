// Why no session was opened: what the client, the log and the metrics are told.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/http/handshake_failure.hpp"
#include "wsgate/http/response.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace wsgate {

/// The response in place of what was asked for, and what log and metrics say of it.
struct denial {
    http::status status{};
    std::string_view text;  ///< for the client, a literal
    std::string_view cause; ///< for the log, a literal
    handshake_failure counted = handshake_failure::forbidden;
    std::chrono::milliseconds delay{0};  ///< before the answer
    std::chrono::seconds retry_after{0}; ///< 0: the response has no Retry-After
    std::string realm{};                 ///< for WWW-Authenticate; empty: no password is asked for
    std::string token_hash{};            ///< of the refused token, for the log
};

/// Writes the response. The connection stays where the client may ask again with a password.
[[nodiscard]] text_response answer_of(const denial&);

} // namespace wsgate
