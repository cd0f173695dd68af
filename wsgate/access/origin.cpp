// Compares origins part by part; a text that cannot be taken apart matches nothing.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/origin.hpp"

#include "net/text/number.hpp"
#include "wsgate/text/ascii.hpp"
#include "wsgate/text/comma_list.hpp"

#include <boost/asio/ip/address_v6.hpp>

#include <algorithm>
#include <utility>

namespace wsgate {

namespace {

constexpr std::size_t longest_host = 255;

std::string lowered(std::string_view text) {
    std::string out{text};
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

bool is_web(std::string_view scheme) {
    return scheme == "http" || scheme == "https" || scheme == "ws" || scheme == "wss";
}

/// The port that is not written; 0 where a scheme has none, as those of apps.
std::uint16_t own_port(std::string_view scheme) {
    if (!is_web(scheme)) {
        return 0;
    }
    return scheme == "https" || scheme == "wss" ? 443 : 80;
}

bool is_small_letter(char c) {
    return c >= 'a' && c <= 'z';
}

/// Whether the text, in small letters, can be a scheme (RFC 3986 3.1).
bool is_scheme(std::string_view text) {
    return !text.empty() && is_small_letter(text.front()) &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return is_letter_or_digit(c) || c == '+' || c == '-' || c == '.';
           });
}

/// Of a host in small letters.
bool is_host_char(char c) {
    return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_' || c == '%' || c == '~' ||
           c == '+';
}

/// The one way to write this address of IPv6; empty where it is none.
std::string plain_ipv6(std::string_view text) {
    boost::system::error_code ec;
    const auto address = boost::asio::ip::make_address_v6(std::string{text}, ec);
    return ec || text.find('%') != std::string_view::npos ? "" : '[' + address.to_string() + ']';
}

/// The host, in small letters, as hosts are compared: without the dot that a full name may end
/// with. Nothing where it is wrong.
std::optional<std::string> read_host(std::string_view text) {
    if (text.size() > longest_host) {
        return std::nullopt;
    }
    if (text.starts_with('[')) {
        auto address = text.ends_with(']') ? plain_ipv6(text.substr(1, text.size() - 2)) : "";
        return address.empty() ? std::nullopt : std::optional{std::move(address)};
    }
    if (text.ends_with("..") || !std::all_of(text.begin(), text.end(), is_host_char)) {
        return std::nullopt;
    }
    text.remove_suffix(text.size() > 1 && text.ends_with('.') ? 1 : 0);
    return std::string{text};
}

/// Reads "host" or "host:port" in small letters; the port is 0 where none is written. Nothing where
/// it is wrong.
std::optional<origin> parse_host_and_port(std::string_view text) {
    origin o;
    const auto colon = text.find(':', text.starts_with('[') ? text.find(']') : 0);
    if (colon != std::string_view::npos) {
        o.port = net::parse_number<std::uint16_t>(text.substr(colon + 1)).value_or(0);
        if (o.port == 0) {
            return std::nullopt;
        }
    }
    auto host = read_host(text.substr(0, colon));
    if (!host || (host->empty() && o.port != 0)) {
        return std::nullopt;
    }
    o.host = std::move(*host);
    return o;
}

/// Reads an origin whose scheme may be missing; the port is 0 where none is written. Only apps have
/// origins without a host, such as "file://".
std::optional<origin> parse_parts(std::string_view text) {
    const auto small = lowered(text);
    std::string_view rest = small;
    std::string_view scheme;
    if (const auto end = rest.find("://"); end != std::string_view::npos) {
        scheme = rest.substr(0, end);
        rest.remove_prefix(end + 3);
        if (!is_scheme(scheme)) {
            return std::nullopt;
        }
    }
    auto o = parse_host_and_port(rest);
    if (!o || (o->host.empty() && (scheme.empty() || is_web(scheme)))) {
        return std::nullopt;
    }
    o->scheme = scheme;
    return o;
}

/// Reads "*.example.org", perhaps with a scheme or a port.
std::optional<origin> parse_subdomains(std::string_view text) {
    const auto star = text.find("*.");
    if (star == std::string_view::npos || (star != 0 && !text.substr(0, star).ends_with("://")) ||
        star + 2 == text.size()) {
        return std::nullopt;
    }
    std::string without{text.substr(0, star)};
    without += text.substr(star + 2);
    auto o = parse_parts(without);
    const bool is_domain =
        o && !o->host.empty() && !o->host.starts_with('[') && !o->host.starts_with('.');
    return is_domain ? o : std::nullopt;
}

std::optional<origin_rule> parse_rule(std::string_view text) {
    using kind = origin_rule::kind;
    if (text == "*") {
        return origin_rule{kind::any, {}};
    }
    if (equal_but_for_case(text, "same-host")) {
        return origin_rule{kind::same_host, {}};
    }
    if (equal_but_for_case(text, "null")) {
        return origin_rule{kind::null, {}};
    }
    if (text.find('*') != std::string_view::npos) {
        auto o = parse_subdomains(text);
        return o ? std::optional{origin_rule{kind::subdomains, std::move(*o)}} : std::nullopt;
    }
    auto o = parse_origin(text);
    return o ? std::optional{origin_rule{kind::exact, std::move(*o)}} : std::nullopt;
}

bool is_subdomain(const origin& of, const origin& o) {
    const bool scheme_fits =
        of.scheme.empty() ? o.scheme == "http" || o.scheme == "https" : o.scheme == of.scheme;
    return scheme_fits && o.port == (of.port == 0 ? own_port(o.scheme) : of.port) &&
           o.host.size() > of.host.size() + 1 && o.host.ends_with(of.host) &&
           o.host[o.host.size() - of.host.size() - 1] == '.';
}

/// Compares with the host of the request. Its scheme is taken from the origin: behind proxies we
/// cannot know whether the client speaks http or https to the first of them.
bool is_same_host(const origin& o, const asked_host& asked) {
    const auto parts = parse_host_and_port(lowered(asked.host));
    if (!parts || parts->host.empty() || parts->host != o.host || !is_web(o.scheme)) {
        return false;
    }
    return o.port == (parts->port == 0 ? own_port(o.scheme) : parts->port) ||
           (asked.port && o.port == *asked.port);
}

} // namespace

std::optional<origin> parse_origin(std::string_view text) {
    auto o = parse_parts(text);
    if (!o || o->scheme.empty()) {
        return std::nullopt;
    }
    if (o->port == 0) {
        o->port = own_port(o->scheme);
    }
    return o;
}

boost::system::result<origin_list, std::string> origin_list::parse(std::string_view text) {
    origin_list list;
    for (const auto entry : elements(text)) {
        auto rule = parse_rule(entry);
        if (!rule) {
            return std::string{entry} + " is no origin, such as https://host.example, "
                                        "https://host.example:8443, *.example.org, app://host "
                                        "or same-host";
        }
        list.rules.push_back(std::move(*rule));
    }
    return list;
}

bool origin_list::admits(std::string_view value, const asked_host& host) const {
    const auto o = parse_origin(value);
    return std::any_of(rules.begin(), rules.end(), [&](const origin_rule& r) {
        switch (r.what) {
        case origin_rule::kind::any:
            return true;
        case origin_rule::kind::null:
            return value == "null";
        case origin_rule::kind::exact:
            return o && *o == r.of;
        case origin_rule::kind::subdomains:
            return o && is_subdomain(r.of, *o);
        case origin_rule::kind::same_host:
            return o && is_same_host(*o, host);
        }
        return false;
    });
}

std::string to_string(const origin_rule& r) {
    switch (r.what) {
    case origin_rule::kind::any:
        return "*";
    case origin_rule::kind::null:
        return "null";
    case origin_rule::kind::same_host:
        return "same-host";
    case origin_rule::kind::exact:
    case origin_rule::kind::subdomains:
        break;
    }
    std::string text = r.of.scheme.empty() ? "" : r.of.scheme + "://";
    text.append(r.what == origin_rule::kind::subdomains ? "*." : "").append(r.of.host);
    const bool is_written = r.of.port != 0 && r.of.port != own_port(r.of.scheme);
    return is_written ? text.append(":").append(std::to_string(r.of.port)) : text;
}

std::string to_string(const origin_list& list) {
    std::string all;
    for (const auto& each : list.rules) {
        all.append(all.empty() ? "" : ",").append(to_string(each));
    }
    return all;
}

} // namespace wsgate
