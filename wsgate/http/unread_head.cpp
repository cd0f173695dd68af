// Knows other protocols by their first bytes, and the fields of a WebSocket by their names.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/unread_head.hpp"

#include "wsgate/http/url_path.hpp"
#include "wsgate/text/ascii.hpp"

#include <algorithm>
#include <array>

namespace wsgate {

namespace {

using namespace std::string_view_literals;

struct foreign {
    std::string_view first_bytes;
    std::string_view cause;
    std::string_view advice;
};

constexpr auto accept_proxy = "--accept-proxy takes it from every --trusted-proxy";

constexpr std::array<foreign, 5> others{{
    {"\x16\x03", "TLS came, and this listener speaks plain HTTP",
     "let the client say http:// and ws://, or say --cert and --key here"},
    {"PRI * HTTP/2", "HTTP/2 came, and HTTP/1.1 is spoken here",
     "let the proxy in front speak HTTP/1.1 to here"},
    {"PROXY ", "a PROXY header came in place of a request", accept_proxy},
    {"\r\n\r\n\0\r\nQUIT\n"sv, "a PROXY header came in place of a request", accept_proxy},
    {"RFB ", "a VNC program came, which speaks no HTTP",
     "VNC viewers and servers belong at the repeater's ports; to here they come through a browser "
     "or a tunnel"},
}};

bool holds(std::string_view text, std::string_view small_letters) {
    return std::search(text.begin(), text.end(), small_letters.begin(), small_letters.end(),
                       [](char a, char b) { return lower(a) == b; }) != text.end();
}

/// The target of "GET /path?query HTTP/1.1", of which the end may be missing.
std::string_view target_in(std::string_view head) {
    const auto line = head.substr(0, head.find_first_of("\r\n"));
    const auto blank = line.find(' ');
    if (blank == std::string_view::npos) {
        return {};
    }
    const auto rest = line.substr(blank + 1);
    return rest.substr(0, rest.find(' '));
}

} // namespace

unread_head look_at_unread(std::string_view received) {
    for (const auto& each : others) {
        // The scanner refuses at the first byte that no request has, which may be the very first.
        if (!received.empty() &&
            (received.starts_with(each.first_bytes) ||
             (received.size() < each.first_bytes.size() && is_control(received.front()) &&
              each.first_bytes.starts_with(received)))) {
            return {{}, true, each.cause, each.advice};
        }
    }
    return {path_to_show(target_in(received)),
            holds(received, "\nsec-websocket-") || holds(received, "\nupgrade:"),
            {},
            {}};
}

} // namespace wsgate
