// Hosts, ports and sockets of targets.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/target_address.hpp"

#include <charconv>
#include <utility>

namespace wsgate {

namespace {

constexpr std::string_view unix_prefix = "unix:";

} // namespace

std::optional<target> parse_target(std::string_view text) {
    target t;
    if (text.starts_with("unix:/")) {
        t.is_unix = true;
        t.host = text.substr(unix_prefix.size());
        const bool fits = t.host.size() > 1 && t.host.size() <= longest_unix_path;
        return fits ? std::optional{std::move(t)} : std::nullopt;
    }
    constexpr std::string_view secured = "tls:";
    if (text.starts_with(secured) && text.find(':', secured.size()) != std::string_view::npos) {
        t.tls = true;
        text.remove_prefix(secured.size());
    }
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    const auto* const end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data() + colon + 1, end, t.port);
    if (ec != std::errc{} || stop != end || t.port == 0) {
        return std::nullopt;
    }
    auto host = text.substr(0, colon);
    const bool in_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (in_brackets) {
        host = host.substr(1, host.size() - 2);
    }
    // Without brackets nobody could tell the port of an IPv6 address from its last group.
    if (host.empty() || (host.find(':') != std::string_view::npos) != in_brackets ||
        host.find_first_of("[]/ ") != std::string_view::npos) {
        return std::nullopt;
    }
    t.host = host;
    return t;
}

std::string to_string(const target& t) {
    if (t.is_unix) {
        return std::string{unix_prefix} + t.host;
    }
    const bool is_v6 = t.host.find(':') != std::string::npos;
    return (t.tls ? "tls:" : "") + (is_v6 ? "[" + t.host + "]" : t.host) + ":" +
           std::to_string(t.port);
}

} // namespace wsgate
