// Where events are posted to.                                              RFC 3986, RFC 9110 4.2
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace repeater {

struct http_url {
    bool tls = false;
    std::string host; ///< a name or an address, without brackets
    std::uint16_t port = 0;
    std::string target;    ///< path and query, at least "/"
    std::string authority; ///< for the Host field

    friend bool operator==(const http_url&, const http_url&) = default;
};

/// Empty where it is no absolute http or https URL, or where it carries a user name: secrets do not
/// belong on a command line.
[[nodiscard]] std::optional<http_url> parse_http_url(std::string_view);

} // namespace repeater
