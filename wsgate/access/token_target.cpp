// Text to places and back, and the one question: is it allowed?
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/token_target.hpp"

#include "net/escape.hpp"
#include "net/host_port.hpp"
#include "net/number.hpp"
#include "wsgate/target/target.hpp"
#include "wsgate/text/ascii.hpp"
#include "wsgate/text/comma_list.hpp"

#include <algorithm>

namespace wsgate {

namespace {

constexpr std::size_t longest_host = 255;

bool is_printable(char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7f;
}

/// A name, or the inside of an address; whether it leads anywhere is found out later.
bool is_host(std::string_view text) {
    return !text.empty() && text.size() <= longest_host &&
           std::all_of(text.begin(), text.end(), is_printable) &&
           text.find_first_of("[]/,") == std::string_view::npos;
}

bool is_path(std::string_view text) {
    return text.size() > 1 && text.size() <= longest_unix_path && text.front() == '/' &&
           text.find('\0') == std::string_view::npos;
}

/// What follows "unix:" or "unix_socket:".
std::optional<std::string_view> unix_part(std::string_view text) {
    for (const std::string_view start : {"unix_socket:", "unix:"}) {
        if (text.starts_with(start)) {
            return text.substr(start.size());
        }
    }
    return std::nullopt;
}

bool leads_out(std::string_view path) {
    return path.find("/../") != std::string_view::npos || path.ends_with("/..");
}

std::optional<asio::ip::address> literal(const std::string& host) {
    boost::system::error_code ec;
    const auto a = asio::ip::make_address(host, ec);
    return ec ? std::nullopt : std::optional{a};
}

/// "5900" or "5900-5999".
bool take_ports(std::string_view text, target_rule& rule) {
    const auto dash = text.find('-');
    const auto first = net::parse_number<std::uint16_t>(text.substr(0, dash));
    const auto last = dash == std::string_view::npos
                          ? first
                          : net::parse_number<std::uint16_t>(text.substr(dash + 1));
    if (!first || !last || *first == 0 || *last < *first) {
        return false;
    }
    rule.first_port = *first;
    rule.last_port = *last;
    return true;
}

std::optional<target_rule> parse_rule(std::string_view text) {
    target_rule rule;
    if (const auto path = unix_part(text)) {
        if (!is_path(*path) || leads_out(*path)) {
            return std::nullopt;
        }
        rule.where = target_rule::unix_path{std::string{*path}};
        return rule;
    }
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || !take_ports(text.substr(colon + 1), rule)) {
        return std::nullopt;
    }
    const auto where = text.substr(0, colon);
    if (const auto network = net::parse_address_range(where)) {
        rule.where = *network;
    } else if (is_host(where) && where.find(':') == std::string_view::npos) {
        rule.where = std::string{where};
    } else {
        return std::nullopt;
    }
    return rule;
}

} // namespace

std::optional<token_target> parse_token_target(std::string_view text) {
    if (const auto path = unix_part(text)) {
        return is_path(*path) ? std::optional{token_target{std::string{*path}, 0, true}}
                              : std::nullopt;
    }
    constexpr std::string_view secured = "tls:";
    const bool tls =
        text.starts_with(secured) && text.find(':', secured.size()) != std::string_view::npos;
    text.remove_prefix(tls ? secured.size() : 0);
    const auto to = net::split_host_port(text);
    if (!to || to->port == 0 || !is_host(to->host)) {
        return std::nullopt;
    }
    return token_target{std::string{to->host}, to->port, false, tls};
}

std::string to_string(const token_target& t) {
    std::string out;
    if (t.is_unix) {
        return out.append("unix:").append(t.where);
    }
    const bool brackets = t.where.find(':') != std::string::npos;
    out.append(t.tls ? "tls:" : "")
        .append(brackets ? "[" : "")
        .append(t.where)
        .append(brackets ? "]:" : ":");
    return out.append(std::to_string(t.port));
}

bool target_rule::covers(const token_target& t) const {
    if (const auto* path = std::get_if<unix_path>(&where)) {
        return t.is_unix && !leads_out(t.where) &&
               (path->path.ends_with('/') ? t.where.starts_with(path->path)
                                          : t.where == path->path);
    }
    if (t.is_unix || t.port < first_port || t.port > last_port) {
        return false;
    }
    if (const auto* name = std::get_if<std::string>(&where)) {
        return equal_but_for_case(*name, t.where);
    }
    const auto address = literal(t.where);
    return address && std::get<net::address_range>(where).contains(*address);
}

boost::system::result<std::vector<target_rule>, std::string>
parse_target_rules(std::string_view text) {
    std::vector<target_rule> rules;
    for (const auto entry : elements(text)) {
        auto rule = parse_rule(entry);
        if (!rule) {
            std::string why{"\""};
            return why.append(net::escaped(entry))
                .append("\" is not NETWORK:PORTS, such as 10.0.0.0/8:5900-5999, "
                        "[2001:db8::]/32:5900, host.example:5901 or unix:/run/vnc/");
        }
        rules.push_back(std::move(*rule));
    }
    return rules;
}

} // namespace wsgate
