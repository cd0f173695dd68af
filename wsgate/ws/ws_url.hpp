// Reads the URLs of WebSocket servers: ws:// and wss:// (RFC 6455 3).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/text/web_url.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace wsgate {

using net::user_password;

struct ws_url {
    bool tls = false;
    std::string host; ///< a name, or an address without brackets
    std::uint16_t port = 0;
    std::string authority; ///< for Host: as written, without user and password
    std::string target;    ///< for the request line: path and query, as written
    user_password login;   ///< user empty: no login

    friend bool operator==(const ws_url&, const ws_url&) = default;
};

/// Takes http:// and https:// for ws:// and wss://. On failure returns what is wrong as a text,
/// which holds no part of the URL, since that may hold a password.
[[nodiscard]] std::variant<ws_url, std::string> parse_ws_url(std::string_view);

/// Writes "wss://host:443/path", without query and password.
[[nodiscard]] std::string to_string(const ws_url&);

/// The value of an Authorization field, "Basic dXNlcjpwYXNz" (RFC 7617).
[[nodiscard]] std::string basic_credentials(const user_password&);

} // namespace wsgate
