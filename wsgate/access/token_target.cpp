// Reads targets and rules, and compares one with the other.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/token_target.hpp"

#include "net/text/escape.hpp"
#include "net/text/host_port.hpp"
#include "net/text/unix_path.hpp"
#include "wsgate/text/comma_list.hpp"

#include <algorithm>
#include <utility>

namespace wsgate {

namespace {

constexpr std::size_t longest_target_host = 255;

bool is_printable(char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7f;
}

/// Whether the text can be a name, or an address without brackets; whether it exists is found out
/// when it is dialled.
bool is_target_host(std::string_view text) {
    return !text.empty() && text.size() <= longest_target_host &&
           std::all_of(text.begin(), text.end(), is_printable) &&
           text.find_first_of("[]/,") == std::string_view::npos;
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

std::optional<net::asio::ip::address> literal(const std::string& host) {
    boost::system::error_code ec;
    const auto a = net::asio::ip::make_address(host, ec);
    return ec ? std::nullopt : std::optional{a};
}

/// Whether the text can be a host in a rule. Something with colons that is no IPv6 address is
/// refused, since its last part may be meant as a port.
bool is_rule_host(std::string_view text) {
    return is_target_host(text) && text.find(':') == std::string_view::npos;
}

std::optional<target_rule> parse_target_rule(std::string_view text) {
    if (const auto path = unix_part(text)) {
        const bool good = net::is_unix_path(*path) && !leads_out(*path);
        return good ? std::optional{target_rule{target_rule::unix_path{std::string{*path}}}}
                    : std::nullopt;
    }
    auto rule = net::parse_destination_rule(text, is_rule_host);
    return rule ? std::optional{target_rule{std::move(*rule)}} : std::nullopt;
}

} // namespace

std::optional<target> parse_token_target(std::string_view text) {
    if (const auto path = unix_part(text)) {
        return net::is_unix_path(*path) ? std::optional{target{std::string{*path}, 0, true}}
                                        : std::nullopt;
    }
    constexpr std::string_view secured = "tls:";
    const bool tls =
        text.starts_with(secured) && text.find(':', secured.size()) != std::string_view::npos;
    text.remove_prefix(tls ? secured.size() : 0);
    const auto to = net::split_host_port(text);
    if (!to || to->port == 0 || !is_target_host(to->host)) {
        return std::nullopt;
    }
    return target{std::string{to->host}, to->port, false, tls};
}

bool target_rule::covers(const target& t) const {
    if (const auto* const allowed = std::get_if<unix_path>(&where)) {
        const auto& path = allowed->path;
        return t.is_unix && !leads_out(t.host) &&
               (path.ends_with('/') ? t.host.starts_with(path) : t.host == path);
    }
    if (t.is_unix) {
        return false;
    }
    const auto& rule = std::get<net::destination_rule>(where);
    const auto address = literal(t.host);
    return address ? rule.covers(t.host, {*address, t.port}) : rule.covers(t.host, t.port);
}

boost::system::result<std::vector<target_rule>, std::string>
parse_target_rules(std::string_view text) {
    std::vector<target_rule> rules;
    for (const auto entry : elements(text)) {
        auto rule = parse_target_rule(entry);
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
