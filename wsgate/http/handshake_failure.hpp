// Reasons for which a connection did not become a session, as the metrics count them.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

namespace wsgate {

enum class handshake_failure {
    bad_request,  ///< malformed HTTP, or no opening handshake
    too_large,    ///< the request head is
    timed_out,    ///< the whole request did not come in time
    not_found,    ///< no such path
    version,      ///< a version of WebSocket other than 13
    unauthorized, ///< no password, or a wrong one
    origin,       ///< the page is not on the list
    token,        ///< unknown or missing
    forbidden,    ///< 403 for another reason
    too_many,     ///< a limit on sessions, addresses or handshakes
    shut_out,     ///< too many wrong passwords or tokens before: the brake
    tls,          ///< the TLS handshake failed
    proxy_header, ///< the PROXY header was missing or malformed
    other,
};

} // namespace wsgate
