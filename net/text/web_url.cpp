// Boost.URL takes the text apart.
// SPDX-License-Identifier: EUPL-1.2
#include "net/text/web_url.hpp"

#include "net/text/ascii.hpp"
#include "net/text/number.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <optional>

namespace net {

namespace {

namespace urls = boost::urls;

/// Nothing where it is wrong; 0 where none is named.
std::optional<std::uint16_t> port_of(const urls::url_view& url) {
    // Boost.URL 1.81 takes "h:x/" for the host h, no port, and the path "x/".
    const auto path = url.encoded_path();
    if (!path.empty() && path.front() != '/') {
        return std::nullopt;
    }
    const auto text = url.port();
    if (text.empty()) {
        return 0;
    }
    const auto port = parse_number<std::uint16_t>({text.data(), text.size()});
    return port == 0 ? std::nullopt : port;
}

} // namespace

std::variant<web_url, web_url_fault> parse_web_url(std::string_view text) {
    if (!is_ascii(text)) {
        return web_url_fault::not_ascii;
    }
    const auto parsed = urls::parse_uri({text.data(), text.size()});
    if (!parsed) {
        return web_url_fault::not_a_url;
    }
    if (parsed->encoded_host().empty()) {
        return web_url_fault::no_host;
    }
    const auto port = port_of(*parsed);
    if (!port) {
        return web_url_fault::bad_port;
    }
    web_url url;
    url.scheme = std::string{parsed->scheme()};
    const bool is_v6 = parsed->host_type() == urls::host_type::ipv6;
    url.host = is_v6 ? std::string{parsed->host_address()} : parsed->host();
    if (!is_ascii(url.host)) { // such as "b%C3%BCro"
        return web_url_fault::not_ascii;
    }
    url.port = *port;
    url.authority = std::string{parsed->encoded_host_and_port()};
    const std::string target{parsed->encoded_target()};
    url.target = target.starts_with('/') ? target : "/" + target;
    url.has_login = parsed->has_userinfo();
    if (url.has_login) {
        url.login = {parsed->user(), parsed->password()};
    }
    url.has_fragment = parsed->has_fragment();
    return url;
}

} // namespace net
