// Reads X-Forwarded-For, X-Real-IP and Forwarded (RFC 7239), each from its end.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/client_address.hpp"

#include "net/text/number.hpp"
#include "wsgate/access/forwarded_list.hpp"
#include "wsgate/text/ascii.hpp"

#include <cstdint>

namespace wsgate {

namespace {

using asio::ip::address;

bool is_port(std::string_view text) {
    return net::parse_number<std::uint16_t>(text).has_value();
}

std::optional<address> parse_literal(std::string_view text) {
    // A zone ("%eth0") means something on the machine that wrote it only. A NUL is refused because
    // Asio would stop reading there and take what is before it.
    if (text.find_first_of(std::string_view{"%\0", 2}) != std::string_view::npos) {
        return std::nullopt;
    }
    boost::system::error_code ec;
    const auto a = asio::ip::make_address(text, ec);
    return ec ? std::nullopt : std::optional{net::unmapped(a)};
}

/// The address of `for` in an element such as "for=192.0.2.60;proto=http;by=203.0.113.43".
std::optional<address> parse_forwarded_element(std::string_view element) {
    const auto value = forwarded_value(element, "for");
    return value ? parse_forwarded_address(*value) : std::nullopt;
}

std::optional<address> parse_element(real_ip_header h, std::string_view element) {
    return h == real_ip_header::forwarded ? parse_forwarded_element(element)
                                          : parse_forwarded_address(element);
}

std::string_view name_of(real_ip_header h) {
    switch (h) {
    case real_ip_header::x_real_ip:
        return "X-Real-IP";
    case real_ip_header::forwarded:
        return "Forwarded";
    case real_ip_header::x_forwarded_for:
        break;
    }
    return "X-Forwarded-For";
}

} // namespace

std::vector<net::address_range> loopback_networks() {
    return {*net::parse_address_range("127.0.0.0/8"), *net::parse_address_range("::1")};
}

bool proxy_rules::trusts(const std::optional<address>& peer) const {
    return peer ? net::contains(trusted, *peer) : !trusted.empty();
}

std::optional<address> parse_forwarded_address(std::string_view text) {
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        const auto behind = text.substr(end + 1);
        if (!behind.empty() && (behind.front() != ':' || !is_port(behind.substr(1)))) {
            return std::nullopt;
        }
        const auto inside = text.substr(1, end - 1);
        return inside.find(':') == std::string_view::npos ? std::nullopt : parse_literal(inside);
    }
    if (const auto colon = text.find(':');
        colon != std::string_view::npos && colon == text.rfind(':')) { // one colon: IPv4 and a port
        if (!is_port(text.substr(colon + 1))) {
            return std::nullopt;
        }
        text = text.substr(0, colon);
    }
    return parse_literal(text);
}

std::optional<address> client_address(const proxy_rules& rules, const std::optional<address>& peer,
                                      const std::vector<std::string_view>& fields) {
    auto client = peer ? std::optional{net::unmapped(*peer)} : std::nullopt;
    if (!rules.trusts(peer)) {
        return client;
    }
    // One proxy sets X-Real-IP, once; another field of the name may be the client's.
    if (rules.header == real_ip_header::x_real_ip) {
        const auto told =
            fields.size() == 1 ? parse_forwarded_address(trimmed(fields.front())) : std::nullopt;
        return told ? told : client;
    }
    for (auto left = fields.size(); left > 0; --left) {
        auto rest = fields[left - 1];
        do {
            const auto told = parse_element(rules.header, cut_last_element(rest));
            if (!told) {
                return client;
            }
            client = told;
            if (!net::contains(rules.trusted, *client)) {
                return client;
            }
        } while (!rest.empty());
    }
    return client;
}

std::optional<address> client_address(const proxy_rules& rules, const std::optional<address>& peer,
                                      const request& r) {
    const auto name = name_of(rules.header);
    std::vector<std::string_view> values;
    for (const auto& field : r) {
        if (is_named(field, name)) {
            values.push_back(value_of(field));
        }
    }
    return client_address(rules, peer, values);
}

} // namespace wsgate
