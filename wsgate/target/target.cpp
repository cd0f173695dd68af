// Reads and writes hosts, ports and socket paths.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/target/target.hpp"

#include "net/text/host_port.hpp"
#include "net/text/unix_path.hpp"

#include <utility>

namespace wsgate {

std::optional<target> parse_target(std::string_view text) {
    target t;
    if (const auto path = net::parse_unix_path(text)) {
        t.is_unix = true;
        t.host = *path;
        return t;
    }
    constexpr std::string_view secured = "tls:";
    if (text.starts_with(secured) && text.find(':', secured.size()) != std::string_view::npos) {
        t.tls = true;
        text.remove_prefix(secured.size());
    }
    const auto to = net::split_host_port(text);
    // An IPv6 address needs brackets: without them its last group could be the port.
    if (!to || to->port == 0 || to->host.empty() ||
        (to->host.find(':') != std::string_view::npos) != to->in_brackets ||
        to->host.find_first_of("[]/ ") != std::string_view::npos) {
        return std::nullopt;
    }
    t.host = to->host;
    t.port = to->port;
    return t;
}

std::string to_string(const target& t) {
    if (t.is_unix) {
        return std::string{net::unix_prefix} + t.host;
    }
    return (t.tls ? "tls:" : "") + net::join_host_port(t.host, t.port);
}

} // namespace wsgate
