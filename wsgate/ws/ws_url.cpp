// By Boost.URL.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ws/ws_url.hpp"

#include "net/number.hpp"
#include "wsgate/text/ascii.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <openssl/evp.h>

#include <fmt/format.h>
#include <optional>
#include <vector>

namespace wsgate {

namespace {

namespace urls = boost::urls;

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

std::optional<bool> is_tls(std::string_view scheme) {
    if (equal_but_for_case(scheme, "wss") || equal_but_for_case(scheme, "https")) {
        return true;
    }
    if (equal_but_for_case(scheme, "ws") || equal_but_for_case(scheme, "http")) {
        return false;
    }
    return std::nullopt;
}

bool read_port(std::string_view text, std::uint16_t& port) {
    if (text.empty()) {
        return true; // the scheme's
    }
    port = net::parse_number<std::uint16_t>(text).value_or(0);
    return port != 0;
}

} // namespace

std::variant<ws_url, std::string> parse_ws_url(std::string_view text) {
    const auto parsed = urls::parse_uri({text.data(), text.size()});
    if (!parsed) {
        return "it is not a URL such as wss://desk.example/wsServer";
    }
    ws_url url;
    const auto scheme = parsed->scheme();
    const auto tls = is_tls({scheme.data(), scheme.size()});
    if (!tls || parsed->encoded_host().empty()) {
        return "it must begin with wss:// (or ws://) and a host";
    }
    url.tls = *tls;
    url.port = *tls ? https_port : http_port;
    const auto port = parsed->port();
    // Boost.URL 1.81 takes "h:x/" for the host h, no port, and the path "x/".
    const auto path = parsed->encoded_path();
    const bool bad_path = !path.empty() && path.front() != '/';
    if (bad_path || !read_port({port.data(), port.size()}, url.port)) {
        return "its port is not within 1 to 65535";
    }
    if (parsed->has_fragment()) {
        return "it must not have a fragment (#...)";
    }
    const bool v6 = parsed->host_type() == urls::host_type::ipv6;
    url.host = v6 ? std::string{parsed->host_address()} : parsed->host();
    url.authority = std::string{parsed->encoded_host_and_port()};
    const std::string target{parsed->encoded_target()};
    if (target.empty() || target.front() != '/') {
        url.target.push_back('/');
    }
    url.target += target;
    if (parsed->has_userinfo()) {
        url.login = {parsed->user(), parsed->password()};
    }
    return url;
}

std::string to_string(const ws_url& url) {
    const std::string_view path = url.target;
    return fmt::format("{}://{}{}", url.tls ? "wss" : "ws", authority_of(url.host, url.port),
                       path.substr(0, path.find('?')));
}

std::string authority_of(std::string_view host, std::uint16_t port) {
    const bool v6 = host.find(':') != std::string_view::npos;
    return v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

std::string basic_credentials(const user_password& who) {
    const auto plain = fmt::format("{}:{}", who.user, who.password);
    std::vector<unsigned char> in(plain.begin(), plain.end());
    std::vector<unsigned char> out((in.size() + 2) / 3 * 4 + 1);
    const auto size = EVP_EncodeBlock(out.data(), in.data(), static_cast<int>(in.size()));
    std::string text = "Basic ";
    text.append(out.begin(), out.begin() + size);
    return text;
}

} // namespace wsgate
