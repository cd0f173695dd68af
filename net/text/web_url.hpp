// Absolute URLs with a host and a port: http, https, ws, wss.          RFC 3986, RFC 9110 4.2
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace net {

struct user_password {
    std::string user;
    std::string password;

    friend bool operator==(const user_password&, const user_password&) = default;
};

struct web_url {
    std::string scheme;     ///< as written: its case is of no meaning
    std::string host;       ///< a name, or an address without brackets
    std::uint16_t port = 0; ///< 0: none is named, the scheme's holds
    std::string authority;  ///< for the Host field: as written, without user and password
    std::string target;     ///< for the request line: path and query as written, at least "/"
    bool has_login = false; ///< a user is named, perhaps an empty one
    user_password login{};  ///< decoded
    bool has_fragment = false;

    friend bool operator==(const web_url&, const web_url&) = default;
};

/// Why a text is no web_url.
enum class web_url_fault {
    not_a_url, ///< it is not what RFC 3986 calls a URI
    no_host,   ///< there is nothing between `//` and the port or the path
    not_ascii, ///< a name of other letters has to be written in its "xn--" form (RFC 5890)
    bad_port,  ///< what stands behind the host's colon is no number of 1 to 65535
};

/// Any scheme will do; which ones are good is the caller's question.
[[nodiscard]] std::variant<web_url, web_url_fault> parse_web_url(std::string_view);

} // namespace net
