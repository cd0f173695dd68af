// Reads the URL by Boost.URL, and refuses what events cannot be posted to.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/http_url.hpp"

#include "net/number.hpp"

#include <boost/url/parse.hpp>

#include <cstdint>

namespace repeater {

std::optional<http_url> parse_http_url(std::string_view text) {
    const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
    if (!parsed || parsed->has_userinfo() || parsed->encoded_host().empty()) {
        return std::nullopt;
    }
    const std::string scheme{parsed->scheme()};
    if (scheme != "http" && scheme != "https") {
        return std::nullopt;
    }
    http_url url;
    url.tls = scheme == "https";
    url.host =
        std::string{parsed->host_type() == boost::urls::host_type::ipv6 ? parsed->host_address()
                                                                        : parsed->host()};
    url.port = parsed->has_port() ? std::string{parsed->port()} : url.tls ? "443" : "80";
    if (net::parse_number<std::uint16_t>(url.port).value_or(0) == 0) {
        return std::nullopt;
    }
    const std::string target{parsed->encoded_target()};
    if (target.empty() || target.front() != '/') {
        url.target.push_back('/');
    }
    url.target.append(target);
    url.authority = std::string{parsed->encoded_host_and_port()};
    return url;
}

} // namespace repeater
