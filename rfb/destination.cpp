// Splits host and port once, so that what is checked is what is dialled.   repeater spec 2.5
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/destination.hpp"

#include "rfb/text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>

namespace rfb {

namespace {

constexpr unsigned max_port = 65535;

struct parts {
    std::string_view host;
    std::string_view number;        ///< digits; empty: none given
    bool is_display_or_port = true; ///< false behind "::", where it is always a port
};

bool is_ipv6(std::string_view text) {
    in6_addr address{};
    return inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

// "", ":5", ":5901" or "::5901" behind a host that is already known to be one.
std::optional<parts> with_suffix(std::string_view host, std::string_view suffix) {
    if (suffix.empty()) {
        return parts{host, {}};
    }
    const bool doubled = suffix.starts_with("::");
    const auto number = suffix.substr(doubled ? 2 : 1);
    if (suffix.front() != ':' || !is_number(number)) {
        return std::nullopt;
    }
    return parts{host, number, !doubled};
}

std::optional<parts> split_bracketed(std::string_view text) {
    const auto end = text.find(']');
    if (end == std::string_view::npos || !is_ipv6(text.substr(1, end - 1))) {
        return std::nullopt;
    }
    return with_suffix(text.substr(1, end - 1), text.substr(end + 1));
}

std::optional<parts> split_plain(std::string_view text) {
    const auto first = text.find(':');
    if (first == std::string_view::npos) {
        return parts{text, {}};
    }
    const auto last = text.rfind(':');
    const auto host = text.substr(0, last);
    if (first == last || is_ipv6(host)) {
        if (const auto split = with_suffix(host, text.substr(last))) {
            return split;
        }
    }
    if (is_ipv6(text)) {
        return parts{text, {}};
    }
    if (last > 0 && text[last - 1] == ':' &&
        (first == last - 1 || is_ipv6(host.substr(0, last - 1)))) {
        return with_suffix(text.substr(0, last - 1), text.substr(last - 1));
    }
    // Unlike the Perl: "host:39963:7" is refused, not split a second time by the dialler
    // (spec 9.9).
    return std::nullopt;
}

// Saturates just above max_port, however many digits there are.
unsigned to_number(std::string_view digits) {
    unsigned value = 0;
    for (const char c : digits) {
        value = std::min(value * 10 + static_cast<unsigned>(c - '0'), max_port + 1);
    }
    return value;
}

result<destination> assemble(const parts& from) {
    destination to{std::string(from.host), vnc_base_port, std::nullopt};
    if (from.number.empty()) {
        return to;
    }
    const unsigned number = to_number(from.number);
    if (number > max_port || (number == 0 && !from.is_display_or_port)) {
        return error::port_out_of_range;
    }
    if (from.is_display_or_port && number < first_real_port) {
        to.display = static_cast<std::uint16_t>(number);
        to.port = static_cast<std::uint16_t>(vnc_base_port + number);
    } else {
        to.port = static_cast<std::uint16_t>(number);
    }
    return to;
}

} // namespace

result<destination> parse_destination(std::string_view text) {
    text = trim(text);
    if (text.empty()) {
        return error::empty_destination;
    }
    const auto is_control = [](char c) {
        return is_blank(c) || (c >= '\0' && c < ' ') || c == 0x7f;
    };
    if (std::any_of(text.begin(), text.end(), is_control)) {
        return error::bad_destination;
    }
    const auto split = text.front() == '[' ? split_bracketed(text) : split_plain(text);
    if (!split || split->host.find_first_of("[]") != std::string_view::npos) {
        return error::bad_destination;
    }
    if (split->host.empty()) {
        return error::empty_destination;
    }
    return assemble(*split);
}

} // namespace rfb
