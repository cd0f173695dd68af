// Mode I: where a viewer may send us. Pure: addresses in, a verdict out. security M1-M4
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/event.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace repeater {

enum class mode1 {
    off,
    vnc, ///< ports 5900-6099 of unicast addresses that are not ours or special; must speak RFB
    any, ///< the Perl's open proxy
};

/// Addresses and ports, e.g. "10.0.0.0/8:5900-5999", "192.0.2.7:5901", "[2001:db8::]/32:5900".
struct address_range {
    asio::ip::address network;
    unsigned prefix = 0; ///< leading bits that count
    std::uint16_t first_port = 0;
    std::uint16_t last_port = 0;

    /// Empty where the text is not of that form.
    [[nodiscard]] static std::optional<address_range> parse(std::string_view);

    [[nodiscard]] bool contains(const asio::ip::address&) const;
    [[nodiscard]] bool contains(const asio::ip::tcp::endpoint&) const;
};

struct mode1_policy {
    mode1 mode = mode1::vnc;
    std::vector<address_range> allow; ///< also what `vnc` denies; not asked to speak RFB
};

enum class verdict { allowed, trusted, bad_port, bad_address, off };

/// `trusted`: may be dialled and need not speak RFB. `ours`: the addresses of this machine.
/// IPv4 inside IPv6 (mapped, compatible, NAT64, 6to4, Teredo) is judged by the IPv4 as well.
[[nodiscard]] verdict judge(const mode1_policy&, const asio::ip::tcp::endpoint&,
                            const std::vector<asio::ip::address>& ours);

/// The addresses of this machine's interfaces now. Empty where the kernel does not tell.
[[nodiscard]] std::vector<asio::ip::address> own_addresses();

} // namespace repeater
