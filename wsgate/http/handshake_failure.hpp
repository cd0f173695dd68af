// Why a connection became no session, for those who count.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

namespace wsgate {

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

} // namespace wsgate
