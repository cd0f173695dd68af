// HTTP proxies: how one is named, asked for a way through (RFC 9110 9.3.6), and understood.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/http/client_response.hpp"
#include "wsgate/ws/ws_url.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wsgate {

struct http_proxy {
    std::string host;
    std::uint16_t port = 0;
    user_password login;      ///< for the proxy alone, and never in a log; user empty: none
    bool digest_only = false; ///< the password itself is never sent

    friend bool operator==(const http_proxy&, const http_proxy&) = default;
};

/// "http://user:password@proxy.example:3128", "proxy.example:3128". Port 80 where none is named,
/// as for any http:// URL. The text is what is wrong, without any part of the proxy's name.
[[nodiscard]] std::variant<http_proxy, std::string> parse_proxy(std::string_view);

/// `authority`: "host:port" of the server; `credentials` empty: none.
[[nodiscard]] std::string connect_request(std::string_view authority, std::string_view credentials);

/// The credentials of the first request: Basic, or none yet.
[[nodiscard]] std::string first_credentials(const http_proxy&);

/// The credentials of a second request, where the proxy has asked for Digest and cannot have liked
/// the first ones; else nothing. `cnonce` is a random token.
[[nodiscard]] std::optional<std::string> second_credentials(const client_response&,
                                                            const http_proxy&,
                                                            std::string_view authority,
                                                            std::string_view cnonce);

/// Nothing where the way is open; else why not and what to do, in words for a log.
[[nodiscard]] std::optional<std::string> connect_problem(const client_response&, const http_proxy&);

/// The names in Proxy-Authenticate: "Basic", "NTLM" ...
[[nodiscard]] std::vector<std::string> offered_schemes(const client_response&);

} // namespace wsgate
