// Cuts at the last colon, so that an IPv6 address keeps its own colons.
// SPDX-License-Identifier: EUPL-1.2
#include "net/text/host_port.hpp"

#include "net/text/number.hpp"

#include <array>
#include <charconv>
#include <string>

namespace net {

std::string_view without_brackets(std::string_view host) {
    const bool has = host.size() > 2 && host.front() == '[' && host.back() == ']';
    return has ? host.substr(1, host.size() - 2) : host;
}

std::optional<host_port> split_host_port(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
    if (!port) {
        return std::nullopt;
    }
    const auto written = text.substr(0, colon);
    const auto host = without_brackets(written);
    return host_port{host, *port, host.size() != written.size()};
}

std::string join_host_port(std::string_view host, std::uint16_t port) {
    const bool in_brackets = host.find(':') != std::string_view::npos;
    std::array<char, sizeof "]:65535"> room{']', ':'};
    const auto* const end = std::to_chars(room.data() + 2, room.data() + room.size(), port).ptr;
    const auto* const start = room.data() + (in_brackets ? 0 : 1);
    const std::string_view behind{start, end};
    std::string text;
    text.reserve((in_brackets ? 1 : 0) + host.size() + behind.size());
    text.append(in_brackets ? 1 : 0, '[').append(host).append(behind);
    return text;
}

std::string address_text(const asio::ip::address& a) {
    if (!a.is_v4()) {
        return a.to_string();
    }
    std::array<char, sizeof "255.255.255.255"> text{};
    auto* end = text.data();
    for (const auto byte : a.to_v4().to_bytes()) {
        end = std::to_chars(end, text.data() + text.size(), byte).ptr;
        *end++ = '.';
    }
    return {text.data(), end - 1};
}

std::optional<asio::ip::address> address_in(const host_port& from) {
    boost::system::error_code not_literal;
    const auto address = asio::ip::make_address(std::string{from.host}, not_literal);
    return !not_literal && address.is_v6() == from.in_brackets ? std::optional{address}
                                                               : std::nullopt;
}

} // namespace net
