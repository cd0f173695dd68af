// HTTP proxies: reads their URLs, writes CONNECT requests (RFC 9110 9.3.6), and judges the
// responses.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/http/client_response.hpp"
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

/// Reads "http://user:password@proxy.example:3128" or "proxy.example:3128". Port 80 where none is
/// named, as for any http:// URL. On failure returns what is wrong as a text, which holds no part
/// of the URL, since that may hold a password.
[[nodiscard]] std::variant<http_proxy, std::string> parse_proxy(std::string_view);

/// Writes the head of a CONNECT request. `authority`: "host:port" of the server; `credentials`
/// empty: no Proxy-Authorization.
[[nodiscard]] std::string connect_request(std::string_view authority, std::string_view credentials);

/// The credentials of the first request: Basic, or empty where the proxy is to ask first.
[[nodiscard]] std::string first_credentials(const http_proxy&);

/// The credentials of a second request where the proxy wants Digest. Nothing otherwise, also where
/// the proxy takes Basic: then it must be the password that it refused. `cnonce` is a random token.
[[nodiscard]] std::optional<std::string> second_credentials(const net::client_response&,
                                                            const http_proxy&,
                                                            std::string_view authority,
                                                            std::string_view cnonce);

/// Nothing where the proxy has connected us; otherwise what is wrong and what to do about it, in
/// words for a log.
[[nodiscard]] std::optional<std::string> connect_problem(const net::client_response&,
                                                         const http_proxy&);

/// The names in Proxy-Authenticate: "Basic", "NTLM" ...
[[nodiscard]] std::vector<std::string> offered_schemes(const net::client_response&);

} // namespace wsgate
