// Refuses the URLs that events cannot be posted to.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/http_url.hpp"

#include "net/text/web_url.hpp"

#include <utility>

namespace repeater {

namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

} // namespace

std::optional<http_url> parse_http_url(std::string_view text) {
    auto parsed = net::parse_web_url(text);
    auto* const url = std::get_if<net::web_url>(&parsed);
    // A colon without a port is a port that was forgotten.
    if (url == nullptr || url->has_login || url->authority.ends_with(':') ||
        (url->scheme != "http" && url->scheme != "https")) {
        return std::nullopt;
    }
    const bool tls = url->scheme == "https";
    const auto port = url->port != 0 ? url->port : tls ? https_port : http_port;
    return http_url{tls, std::move(url->host), port, std::move(url->target),
                    std::move(url->authority)};
}

} // namespace repeater
