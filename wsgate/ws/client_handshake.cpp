// Writes the request so that servers that compare literally accept it; checks the response as RFC
// 6455 4.1 demands.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ws/client_handshake.hpp"

#include "net/text/escape.hpp"
#include "wsgate/text/ascii.hpp"
#include "wsgate/text/comma_list.hpp"
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

opening_problem not_switched(const net::client_response& r, std::string_view origin) {
    auto text = fmt::format("{} {}", r.status, net::escaped(r.reason));
    if (const auto elsewhere = net::redirected_to(r, origin); !elsewhere.empty()) {
        // Never followed: the request carries secrets, and whoever redirects may not be who was
        // meant.
        text += fmt::format(", redirected to {}: use that as --url", elsewhere);
    } else if (r.status == 401) {
        text += ", wants a user name and a password: wss://user:password@host/...";
    } else if (r.status == 404) {
        text += ", has no WebSocket at this path";
    } else if (r.status / 100 == 2) {
        text += ", is a page and no WebSocket";
    }
    return {opening_stage::http_status, text};
}

/// Whether the comma-separated lists in the fields of that name hold the token, whatever its case.
bool lists_token(const net::client_response& r, std::string_view name, std::string_view token) {
    const auto lists = r.values(name);
    return std::any_of(lists.begin(), lists.end(),
                       [token](std::string_view each) { return holds_element(each, token); });
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

std::optional<opening_problem> check_client_response(const net::client_response& r,
                                                     std::string_view key,
                                                     std::string_view origin) {
    if (r.status != switching) {
        return not_switched(r, origin);
    }
    if (!lists_token(r, "Upgrade", "websocket") || !lists_token(r, "Connection", "upgrade")) {
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
