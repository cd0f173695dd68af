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
    std::string host; ///< IPv6 in brackets; without a dot at its end; empty: an app's, as "file://"
    std::uint16_t port = 0; ///< 0: none was written, and the scheme has none of its own

    friend bool operator==(const origin&, const origin&) = default;
};

/// Reads an Origin such as "https://a.example:8443" or "capacitor://localhost"; nothing may follow
/// the port. Only the schemes http, https, ws and wss have ports of their own. "null" is no origin.
[[nodiscard]] std::optional<origin> parse_origin(std::string_view);

/// The host that a request is for, as its client wrote it.
struct asked_host {
    std::string_view host;               ///< "host" or "host:port"
    std::optional<std::uint16_t> port{}; ///< another port that a trusted proxy was asked at
    std::string_view told_by = "Host";   ///< the header that names the host, a literal
};

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
    /// app://host, file://, same-host, null, *". The error is a sentence for whoever wrote the
    /// list.
    [[nodiscard]] static boost::system::result<origin_list, std::string> parse(std::string_view);

    /// Whether a page of this origin may open sessions. `value`: the Origin field as it came.
    [[nodiscard]] bool admits(std::string_view value, const asked_host&) const;

    friend bool operator==(const origin_list&, const origin_list&) = default;
};

/// As the list is written, for the log.
[[nodiscard]] std::string to_string(const origin_rule&);
[[nodiscard]] std::string to_string(const origin_list&);

} // namespace wsgate
