// Judges a Mode I destination by the address that would be dialled.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/rules/mode1.hpp"

#include "rfb/text.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>

#include <algorithm>
#include <array>

namespace repeater {

namespace {

using asio::ip::address;
using asio::ip::address_v4;
using asio::ip::address_v6;

constexpr std::uint16_t first_vnc_port = 5900;
constexpr std::uint16_t last_vnc_port = 6099;

// security M2. Private networks (RFC 1918, 100.64/10, fc00::/7) are Mode I's ordinary use.
constexpr std::array denied_networks{
    "0.0.0.0/8",     "127.0.0.0/8",       "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24",
    "198.18.0.0/15", "198.51.100.0/24",   "203.0.113.0/24", "224.0.0.0/4",  "240.0.0.0/4",
    "::/128",        "::1/128",           "fe80::/10",      "ff00::/8",     "100::/64",
    "2001:db8::/32", "fd00:ec2::254/128",
};

/// A name's last label is no number, so that a mistyped address is not taken for a name.
bool is_host_name(std::string_view text) {
    const auto is_part = [](char c) { return rfb::is_word(c) || c == '-' || c == '.'; };
    const auto last_label = text.substr(text.rfind('.') + 1);
    return !text.empty() && std::all_of(text.begin(), text.end(), is_part) &&
           !rfb::is_number(last_label);
}

const std::vector<net::address_range>& denied() {
    static const auto networks = [] {
        std::vector<net::address_range> all;
        all.reserve(denied_networks.size());
        for (const auto* text : denied_networks) {
            all.push_back(*net::parse_address_range(text));
        }
        return all;
    }();
    return networks;
}

address_v4 v4_at(const address_v6::bytes_type& bytes, std::size_t offset, unsigned char flip = 0) {
    address_v4::bytes_type out{};
    for (std::size_t i = 0; i < out.size(); ++i) {
        out.at(i) = static_cast<unsigned char>(bytes.at(offset + i) ^ flip);
    }
    return address_v4{out};
}

/// The IPv4 address that an IPv6 address stands for, where it does. security M3
std::optional<address_v4> embedded_v4(const address_v6& v6) {
    struct form {
        const char* network;
        std::size_t offset;
        unsigned char flip;
    };

    static constexpr std::array forms{
        form{"::/96", 12, 0},          // compatible
        form{"::ffff:0:0/96", 12, 0},  // mapped
        form{"64:ff9b::/96", 12, 0},   // NAT64
        form{"64:ff9b:1::/48", 12, 0}, // local NAT64
        form{"2002::/16", 2, 0},       // 6to4
        form{"2001::/32", 12, 0xff},   // Teredo: the client's address, inverted
    };
    for (const auto& f : forms) {
        if (net::parse_address_range(f.network)->contains(address{v6})) {
            return v4_at(v6.to_bytes(), f.offset, f.flip);
        }
    }
    return std::nullopt;
}

bool is_denied(const address& a, const is_own& ours) {
    const auto within = [&a](const net::address_range& n) { return n.contains(a); };
    return std::any_of(denied().begin(), denied().end(), within) || ours(a);
}

/// What is denied is allowed by a rule that means just that: one address, or no more than the
/// denied network. 0.0.0.0/0 does not open the way to ourselves. security M2
bool lifts_denial(const mode1_rule& r) {
    const auto* allowed = std::get_if<net::address_range>(&r.where);
    if (allowed == nullptr) {
        return false; // whoever runs the name server could point the name at us
    }
    const auto is_within = [allowed](const net::address_range& d) {
        return d.contains(allowed->address) && allowed->prefix >= d.prefix;
    };
    return allowed->prefix == (allowed->address.is_v4() ? 32U : 128U) ||
           std::any_of(denied().begin(), denied().end(), is_within);
}

} // namespace

std::optional<mode1_rule> parse_allow_rule(std::string_view text) {
    return net::parse_destination_rule(text, is_host_name);
}

std::optional<mode1_rule> parse_deny_rule(std::string_view text) {
    auto whole = net::parse_portless_rule(text, is_host_name);
    return whole ? whole : parse_allow_rule(text);
}

verdict judge(const mode1_policy& policy, std::string_view host, const asio::ip::tcp::endpoint& to,
              const is_own& ours) {
    if (policy.mode == mode1::off) {
        return verdict::off;
    }
    std::vector<asio::ip::tcp::endpoint> meanings{to};
    if (to.address().is_v6()) {
        if (const auto v4 = embedded_v4(to.address().to_v6())) {
            meanings.emplace_back(*v4, to.port());
        }
    }
    for (const auto& meaning : meanings) {
        const auto covers = [&](const mode1_rule& r) { return r.covers(host, meaning); };
        if (std::any_of(policy.deny.begin(), policy.deny.end(), covers)) {
            return verdict::bad_address;
        }
    }
    if (policy.mode == mode1::any) {
        return verdict::trusted;
    }
    const bool denied = std::any_of(meanings.begin(), meanings.end(), [&ours](const auto& m) {
        return is_denied(m.address(), ours);
    });
    for (const auto& rule : policy.allow) {
        if (rule.covers(host, to) && (!denied || lifts_denial(rule))) {
            return verdict::trusted;
        }
    }
    if (policy.mode == mode1::list || denied) {
        return verdict::bad_address;
    }
    return to.port() >= first_vnc_port && to.port() <= last_vnc_port ? verdict::allowed
                                                                     : verdict::bad_port;
}

} // namespace repeater
