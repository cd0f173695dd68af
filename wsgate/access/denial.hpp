// Why no session was opened: what the client, the log and the metrics are told.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/http/response.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace wsgate {

/// Why no session was opened.
enum class handshake_failure {
    bad_request,  ///< not HTTP as it should be, or no opening handshake
    too_large,    ///< the head
    timed_out,    ///< no whole request in time
    not_found,    ///< no such path
    version,      ///< of WebSocket
    unauthorized, ///< no password, or a wrong one
    origin,       ///< the page is not on the list
    token,        ///< unknown or missing
    forbidden,    ///< 403 for another reason
    too_many,     ///< a limit on sessions, addresses or handshakes
    shut_out,     ///< too many wrong passwords or tokens before: the brake
    tls,          ///< the TLS handshake
    proxy_header, ///< the PROXY protocol's header
    other,
};

/// Of the answer to an opening handshake, where who refused does not know it better.
[[nodiscard]] handshake_failure reason_of(http::status);

/// What a request is answered in place of what it asked for, and what is told of it.
struct denial {
    http::status status{};
    std::string_view text;  ///< for the client, a literal
    std::string_view cause; ///< for the log, a literal
    handshake_failure counted = handshake_failure::forbidden;
    std::chrono::milliseconds delay{0};  ///< before the answer
    std::chrono::seconds retry_after{0}; ///< 0: nothing is said of that
    std::string realm{};                 ///< a password of this is asked for
    std::string token_hash{};            ///< of the token that was refused
};

/// The connection stays where the client may ask again with a password.
[[nodiscard]] text_response answer_of(const denial&);

} // namespace wsgate
