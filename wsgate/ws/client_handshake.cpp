// Writes the request so that servers that compare literally accept it; checks the response as RFC
// 6455 4.1 demands.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ws/client_handshake.hpp"

#include "net/text/escape.hpp"
#include "wsgate/text/ascii.hpp"
#include "wsgate/ws/server_handshake.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <fmt/format.h>

namespace wsgate {

namespace {

constexpr int switching = 101;

bool is_name_character(char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '_';
}

/// A URL without user, password, query and fragment, which may hold passwords and tokens, for a
/// log.
std::string without_secrets(std::string_view url) {
    url = url.substr(0, url.find_first_of("?#"));
    const auto slashes = url.find("//");
    if (slashes == std::string_view::npos) {
        return std::string{url};
    }
    const auto authority = url.substr(slashes + 2, url.find('/', slashes + 2) - (slashes + 2));
    const auto login = authority.find('@') == std::string_view::npos ? 0 : authority.rfind('@') + 1;
    return fmt::format("{}{}", url.substr(0, slashes + 2), url.substr(slashes + 2 + login));
}

opening_problem not_switched(const client_response& r) {
    auto text = fmt::format("{} {}", r.status, net::escaped(r.reason));
    const auto elsewhere = r.values("Location");
    if (r.status / 100 == 3 && !elsewhere.empty()) {
        text += fmt::format(", leads to {}", net::escaped(without_secrets(elsewhere.front()), 200));
    } else if (r.status == 401) {
        text += ", wants a user name and a password: wss://user:password@host/...";
    } else if (r.status == 404) {
        text += ", has no WebSocket at this path";
    } else if (r.status / 100 == 2) {
        text += ", is a page and no WebSocket";
    }
    return {opening_stage::http_status, text};
}

std::optional<opening_problem> wrong(std::string_view what) {
    return opening_problem{opening_stage::accept, std::string{what}};
}

} // namespace

bool valid_field(std::string_view field) {
    const auto colon = field.find(':');
    if (colon == std::string_view::npos || colon == 0) {
        return false;
    }
    const auto name = field.substr(0, colon);
    const auto is_ours = [name](std::string_view ours) { return equal_but_for_case(name, ours); };
    constexpr std::array<std::string_view, 6> ours{"Host",   "Upgrade",        "Connection",
                                                   "Origin", "Content-Length", "Transfer-Encoding"};
    constexpr std::string_view ours_too = "Sec-WebSocket-";
    return std::all_of(name.begin(), name.end(), is_name_character) &&
           std::none_of(ours.begin(), ours.end(), is_ours) &&
           !equal_but_for_case(name.substr(0, ours_too.size()), ours_too) &&
           std::none_of(field.begin(), field.end(), [](char c) {
               const auto code = static_cast<unsigned char>(c);
               return (code < ' ' && c != '\t') || code == 0x7f;
           });
}

std::string opening_key(const std::array<unsigned char, 16>& bytes) {
    std::array<unsigned char, 25> text{};
    const auto size = EVP_EncodeBlock(text.data(), bytes.data(), static_cast<int>(bytes.size()));
    return {text.begin(), text.begin() + size};
}

std::string opening_request(const ws_url& url, const opening_extras& extras, std::string_view key) {
    auto text = fmt::format("GET {} HTTP/1.1\r\n"
                            "Host: {}\r\n"
                            "Upgrade: websocket\r\n"
                            "Connection: Upgrade\r\n"
                            "Sec-WebSocket-Key: {}\r\n"
                            "Sec-WebSocket-Version: 13\r\n"
                            "Sec-WebSocket-Protocol: binary\r\n",
                            url.target, url.authority, key);
    if (!extras.origin.empty()) {
        text += fmt::format("Origin: {}\r\n", extras.origin);
    }
    if (!url.login.user.empty()) {
        text += fmt::format("Authorization: {}\r\n", basic_credentials(url.login));
    }
    for (const auto& field : extras.fields) {
        text += fmt::format("{}\r\n", field);
    }
    text += "\r\n";
    return text;
}

std::optional<opening_problem> check_client_response(const client_response& r,
                                                     std::string_view key) {
    if (r.status != switching) {
        return not_switched(r);
    }
    if (!r.has_token("Upgrade", "websocket") || !r.has_token("Connection", "upgrade")) {
        return wrong("101 without Upgrade: websocket and Connection: Upgrade");
    }
    const auto accept = r.values("Sec-WebSocket-Accept");
    if (accept.size() != 1 || accept.front() != accept_value(key)) {
        return wrong("101 with a wrong Sec-WebSocket-Accept: this is no WebSocket server, or "
                     "something in between answers in its place");
    }
    if (!r.values("Sec-WebSocket-Extensions").empty()) {
        return wrong("101 with an extension that was not asked for");
    }
    const auto chosen = r.values("Sec-WebSocket-Protocol");
    if (chosen.size() > 1 || (chosen.size() == 1 && chosen.front() != "binary")) {
        return wrong("101 with a subprotocol that was not asked for");
    }
    return std::nullopt;
}

} // namespace wsgate
