// A port for peers that name no ID, as configured: all of them have the same one.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/text/address_range.hpp"
#include "net/text/listen_at.hpp"
#include "rfb/hello.hpp"
#include "rfb/side.hpp"

#include <string_view>
#include <vector>

namespace repeater {

/// Ordinary viewers and servers connect there: neither a greeting of ours nor a hello block is
/// between them, so that both speak to each other from the first byte on.
struct door {
    rfb::side side{};
    net::listen_at at{};
    rfb::repeater_id id;
    std::vector<net::address_range> from{}; ///< who may come; empty: everybody

    [[nodiscard]] bool admits(const net::asio::ip::address&) const;

    friend bool operator==(const door&, const door&) = default;
};

/// Reads "WHERE=ID:lab7 [from=NETWORK]...", where WHERE is a port or ADDRESS:PORT; the ID is taken
/// as if a peer of this side had named it. Throws service::bad_option that says what is wrong.
[[nodiscard]] door parse_door(rfb::side, std::string_view, const rfb::hello_rules&);

} // namespace repeater
