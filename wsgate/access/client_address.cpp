// Reads X-Forwarded-For, X-Real-IP and Forwarded (RFC 7239), each from its end.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/client_address.hpp"

#include "net/text/number.hpp"
#include "wsgate/text/ascii.hpp"

#include <algorithm>
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

/// Whether the character at `at` is escaped: it stands behind an odd number of backslashes.
bool is_escaped(std::string_view list, std::size_t at) {
    const auto before = list.substr(0, at);
    const auto other = before.find_last_not_of('\\');
    return (before.size() - (other == std::string_view::npos ? 0 : other + 1)) % 2 == 1;
}

/// Cuts the last element off; commas inside quotes do not count. Quotes are matched from the end,
/// since a client may have invented the front: a quote that it left open then cannot swallow the
/// elements that proxies have added behind it.
std::string_view cut_last(std::string_view& list) {
    bool quoted = false;
    for (auto at = list.size(); at > 0; --at) {
        const char c = list[at - 1];
        if (c == '"' && !is_escaped(list, at - 1)) {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            const auto last = list.substr(at);
            list = list.substr(0, at - 1);
            return trimmed(last);
        }
    }
    const auto last = list;
    list = {};
    return trimmed(last);
}

std::optional<address> parse_for_value(std::string_view value) {
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
    }
    return parse_forwarded_address(value);
}

/// The part up to a semicolon that is not inside quotes. A proxy may quote what its client wrote,
/// such as a host, and the client could put ";for=" into that.
std::string_view first_pair(std::string_view element) {
    bool quoted = false;
    for (std::size_t at = 0; at < element.size(); ++at) {
        const char c = element[at];
        if (c == '"') {
            quoted = !quoted;
        } else if (c == '\\' && quoted) {
            ++at;
        } else if (c == ';' && !quoted) {
            return element.substr(0, at);
        }
    }
    return element;
}

/// The address of `for` in an element such as "for=192.0.2.60;proto=http;by=203.0.113.43".
std::optional<address> parse_forwarded_element(std::string_view element) {
    std::optional<address> found;
    while (!element.empty()) {
        const auto whole = first_pair(element);
        const auto pair = trimmed(whole);
        element.remove_prefix(std::min(whole.size() + 1, element.size()));
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos ||
            !equal_but_for_case(pair.substr(0, equals), "for")) {
            continue;
        }
        if (found) {
            return std::nullopt; // two of them: neither can be trusted
        }
        found = parse_for_value(pair.substr(equals + 1));
        if (!found) {
            return std::nullopt;
        }
    }
    return found;
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
            const auto told = parse_element(rules.header, cut_last(rest));
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
    const auto fields = r.equal_range({name.data(), name.size()});
    for (auto each = fields.first; each != fields.second; ++each) {
        values.emplace_back(each->value().data(), each->value().size());
    }
    return client_address(rules, peer, values);
}

std::string_view client_host(const request& r, bool from_trusted_proxy) {
    if (from_trusted_proxy) {
        // Proxies append to the list, so the first one is what the client wrote.
        const auto field = r["X-Forwarded-Host"];
        const std::string_view all{field.data(), field.size()};
        if (const auto told = trimmed(all.substr(0, all.find(','))); !told.empty()) {
            return told;
        }
    }
    const auto host = r[http::field::host];
    return {host.data(), host.size()};
}

} // namespace wsgate
