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

// security M2: what IANA's registries of special-purpose addresses have, and multicast. Private
// networks (RFC 1918, 100.64/10, fc00::/7) are Mode I's ordinary use. What only wraps an IPv4
// address is judged by that (forms).
constexpr std::array denied_networks{
    "0.0.0.0/8",          // this host and network
    "127.0.0.0/8",        // loopback
    "169.254.0.0/16",     // link-local, where clouds keep their metadata
    "192.0.0.0/24",       // IETF protocol assignments
    "192.0.2.0/24",       // documentation
    "192.31.196.0/24",    // AS112
    "192.52.193.0/24",    // AMT
    "192.88.99.0/24",     // 6to4 relays, deprecated
    "192.175.48.0/24",    // AS112
    "198.18.0.0/15",      // benchmarking
    "198.51.100.0/24",    // documentation
    "203.0.113.0/24",     // documentation
    "224.0.0.0/4",        // multicast
    "240.0.0.0/4",        // reserved, and limited broadcast
    "100.100.100.200/32", // a cloud's metadata
    "168.63.129.16/32",   // a cloud's metadata
    "::/128",             // unspecified
    "::1/128",            // loopback
    "100::/64",           // discard
    "100:0:0:1::/64",     // dummy prefix
    "2001:1::/32",        // IETF protocol assignments, 2001::/23 without Teredo: to ...
    "2001:2::/31",        // benchmarking, AMT
    "2001:4::/30",        // AS112
    "2001:8::/29",
    "2001:10::/28", // ORCHID
    "2001:20::/27", // ORCHIDv2, drone remote IDs
    "2001:40::/26",
    "2001:80::/25",
    "2001:100::/24",     // ... here
    "2001:db8::/32",     // documentation
    "2620:4f:8000::/48", // AS112
    "3fff::/20",         // documentation
    "5f00::/16",         // segment routing
    "fd00:ec2::254/128", // a cloud's metadata
    "fd20:ce::254/128",  // a cloud's metadata
    "fe80::/10",         // link-local
    "fec0::/10",         // site-local, deprecated
    "ff00::/8",          // multicast
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

/// A form of IPv6 addresses that stand for IPv4 ones.
struct form {
    const char* network = nullptr;
    std::array<std::size_t, 4> places{}; ///< of the IPv4 address's bytes
    unsigned char flip = 0;              ///< each byte is exclusive-or'ed with this
};

constexpr std::array<std::size_t, 4> last_bytes{12, 13, 14, 15};

// security M3
constexpr std::array forms{
    form{"::/96", last_bytes},           // compatible
    form{"::ffff:0:0/96", last_bytes},   // mapped
    form{"::ffff:0:0:0/96", last_bytes}, // translated (RFC 2765)
    form{"64:ff9b::/96", last_bytes},    // NAT64
    form{"2002::/16", {2, 3, 4, 5}},     // 6to4
    form{"2001::/32", {4, 5, 6, 7}},     // Teredo: the server's address
    form{"2001::/32", last_bytes, 0xff}, // ... and the client's, inverted
};

// A site's own NAT64 (RFC 8215). Its prefix may have any of these lengths, around byte 8, which is
// zero. RFC 6052 2.2
constexpr auto local_nat64 = "64:ff9b:1::/48";
constexpr std::array<std::array<std::size_t, 4>, 4> nat64_places{
    {{6, 7, 9, 10}, {7, 9, 10, 11}, {9, 10, 11, 12}, last_bytes}};

address_v4 v4_at(const address_v6::bytes_type& bytes, const std::array<std::size_t, 4>& places,
                 unsigned char flip = 0) {
    address_v4::bytes_type out{};
    for (std::size_t i = 0; i < out.size(); ++i) {
        out.at(i) = static_cast<unsigned char>(bytes.at(places.at(i)) ^ flip);
    }
    return address_v4{out};
}

bool is_within(const char* network, const address& a) {
    return net::parse_address_range(network)->contains(a);
}

/// Which length the prefix has cannot be seen. A wrong one mostly finds zeros at the beginning:
/// such addresses count only where there is no other.
std::vector<address_v4> behind_local_nat64(const address_v6::bytes_type& bytes) {
    std::vector<address_v4> all;
    std::vector<address_v4> likely;
    for (const auto& places : nat64_places) {
        all.push_back(v4_at(bytes, places));
        if (all.back().to_bytes().front() != 0) {
            likely.push_back(all.back());
        }
    }
    return likely.empty() ? all : likely;
}

/// ISATAP's interface identifiers, in any network. RFC 5214 6.1
bool is_isatap(const address_v6::bytes_type& bytes) {
    return (bytes[8] == 0 || bytes[8] == 2) && bytes[9] == 0 && bytes[10] == 0x5e &&
           bytes[11] == 0xfe;
}

/// The IPv4 addresses that an IPv6 address stands for, or may stand for.
std::vector<address_v4> embedded_v4(const address_v6& v6) {
    const auto bytes = v6.to_bytes();
    if (is_within(local_nat64, v6)) {
        return behind_local_nat64(bytes);
    }
    std::vector<address_v4> all;
    for (const auto& f : forms) {
        if (is_within(f.network, v6)) {
            all.push_back(v4_at(bytes, f.places, f.flip));
        }
    }
    if (is_isatap(bytes)) {
        all.push_back(v4_at(bytes, last_bytes));
    }
    return all;
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
    const auto covers_it = [allowed](const net::address_range& d) {
        return d.contains(allowed->address) && allowed->prefix >= d.prefix;
    };
    return allowed->prefix == (allowed->address.is_v4() ? 32U : 128U) ||
           std::any_of(denied().begin(), denied().end(), covers_it);
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
        for (const auto& v4 : embedded_v4(to.address().to_v6())) {
            meanings.emplace_back(v4, to.port());
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
