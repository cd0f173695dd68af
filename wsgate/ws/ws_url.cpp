// Splits a URL into its parts; the schemes of HTTP mean the same as those of the WebSocket.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ws/ws_url.hpp"

#include "net/text/host_port.hpp"
#include "wsgate/text/ascii.hpp"

#include <openssl/evp.h>

#include <fmt/format.h>
#include <optional>
#include <utility>
#include <vector>

namespace wsgate {

namespace {

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

constexpr auto no_websocket = "it must begin with wss:// (or ws://) and a host";

std::string to_text(net::web_url_fault fault) {
    switch (fault) {
    case net::web_url_fault::no_host:
        return no_websocket;
    case net::web_url_fault::not_ascii:
        return "it is not in ASCII: a name of other letters is written in its form with xn--";
    case net::web_url_fault::bad_port:
        return "its port is not within 1 to 65535";
    case net::web_url_fault::not_a_url:
        break;
    }
    return "it is not a URL such as wss://desk.example/wsServer";
}

} // namespace

std::variant<ws_url, std::string> parse_ws_url(std::string_view text) {
    auto parsed = net::parse_web_url(text);
    if (const auto* const fault = std::get_if<net::web_url_fault>(&parsed)) {
        return to_text(*fault);
    }
    auto& found = std::get<net::web_url>(parsed);
    const auto tls = is_tls(found.scheme);
    if (!tls) {
        return no_websocket;
    }
    if (found.has_fragment) {
        return "it must not have a fragment (#...)";
    }
    const auto port = found.port != 0 ? found.port : *tls ? https_port : http_port;
    return ws_url{*tls,
                  std::move(found.host),
                  port,
                  std::move(found.authority),
                  std::move(found.target),
                  std::move(found.login)};
}

std::string to_string(const ws_url& url) {
    const std::string_view path = url.target;
    return fmt::format("{}://{}{}", url.tls ? "wss" : "ws", net::join_host_port(url.host, url.port),
                       path.substr(0, path.find('?')));
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
