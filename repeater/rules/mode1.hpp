// Mode I: where a viewer may send us. Pure: addresses in, a verdict out. security M1-M4
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/text/destination_rule.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace repeater {

namespace asio = boost::asio;

enum class mode1 {
    off,
    vnc,  ///< ports 5900-6099 of unicast addresses that are not ours or special; must speak RFB
    list, ///< only what is allowed by name
    any,  ///< the Perl's open proxy
};

/// A name is the one that the viewer wrote.
using mode1_rule = net::destination_rule;

/// Empty where the text is not of that form. An allow rule has a port, or a range of them.
[[nodiscard]] std::optional<mode1_rule> parse_allow_rule(std::string_view);

/// Without a port the rule denies all ports.
[[nodiscard]] std::optional<mode1_rule> parse_deny_rule(std::string_view);

struct mode1_policy {
    mode1 mode = mode1::vnc;
    /// Not asked to speak RFB. What `vnc` denies is allowed by one address, or by a network within
    /// the denied one.
    std::vector<mode1_rule> allow;
    std::vector<mode1_rule> deny; ///< wins, in every mode
};

enum class verdict { allowed, trusted, bad_port, bad_address, off };

/// Whether an address is one of this machine's, or may be.
using is_own = std::function<bool(const asio::ip::address&)>;

/// `host`: as the viewer wrote it; `to`: one of its addresses. `trusted`: may be dialled and need
/// not speak RFB. IPv4 inside IPv6 (mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP) is
/// judged by the IPv4 as well.
[[nodiscard]] verdict judge(const mode1_policy&, std::string_view host,
                            const asio::ip::tcp::endpoint& to, const is_own& ours);

} // namespace repeater
