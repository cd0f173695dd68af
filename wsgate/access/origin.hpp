// Decides which web pages may open sessions: compares the Origin that browsers send (RFC 6454) with
// a list.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

/// An origin in its parts, in small letters; the port is the scheme's own where none was written.
struct origin {
    std::string scheme;
    std::string host; ///< IPv6 in brackets
    std::uint16_t port = 0;

    friend bool operator==(const origin&, const origin&) = default;
};

/// Reads an Origin with the scheme http, https, ws or wss; nothing may follow the port. "null" is
/// no origin.
[[nodiscard]] std::optional<origin> parse_origin(std::string_view);

/// One entry of a list.
struct origin_rule {
    enum class kind {
        exact,      ///< `of` itself
        subdomains, ///< every name below the host of `of`
        same_host,  ///< the host that the request names
        null,       ///< pages without an origin, which browsers call "null"
        any,        ///< every page
    };

    kind what = kind::exact;
    origin of; ///< scheme empty: http or https; port 0: the scheme's own

    friend bool operator==(const origin_rule&, const origin_rule&) = default;
};

struct origin_list {
    std::vector<origin_rule> rules;

    /// Reads a list such as "https://a.example, https://*.example.org:8443, *.example.org,
    /// same-host, null, *". The error is a sentence for whoever wrote the list.
    [[nodiscard]] static boost::system::result<origin_list, std::string> parse(std::string_view);

    /// Whether a page of this origin may open sessions. `value`: the Origin field as it came.
    /// `host`: the request's host, see client_host().
    [[nodiscard]] bool admits(std::string_view value, std::string_view host) const;

    friend bool operator==(const origin_list&, const origin_list&) = default;
};

} // namespace wsgate
